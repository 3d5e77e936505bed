// What Swift cannot import from libvirt's headers by itself: function-like macros and callback casts.
#ifndef FAULTLINE_CLIBVIRT_SHIM_H
#define FAULTLINE_CLIBVIRT_SHIM_H

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Registers a lifecycle callback for every domain: `VIR_DOMAIN_EVENT_CALLBACK` is a cast in a macro.
static inline int faultline_register_lifecycle(virConnectPtr connection,
                                               virConnectDomainEventCallback callback,
                                               void *opaque, virFreeCallback release) {
  return virConnectDomainEventRegisterAny(connection, 0, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                          VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release);
}

// What libvirt and QEMU need from the process around them; variadic calls, and declarations that need _GNU_SOURCE.
// Each makes one call and returns 0, or -1 with errno.

/// Names the calling thread; the kernel keeps 15 bytes (`PR_SET_NAME`).
static inline int faultline_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

/// Makes orphaned descendants children of this process instead of PID 1's (`PR_SET_CHILD_SUBREAPER`).
static inline int faultline_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

/// Gives the calling thread, and what it starts later, a mount namespace (`unshare(CLONE_NEWNS)`).
static inline int faultline_unshare_mounts(void) { return (int)syscall(SYS_unshare, 0x00020000); }

/// Keeps mounts of this namespace from spreading to others (`MS_REC | MS_PRIVATE` on the root).
static inline int faultline_make_mounts_private(void) { return mount("none", "/", 0, MS_REC | MS_PRIVATE, 0); }

/// Puts one file in the place of another (`MS_BIND`).
static inline int faultline_bind(const char *source, const char *target) {
  return mount(source, target, 0, MS_BIND, 0);
}

#endif

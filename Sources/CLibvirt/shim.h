// What Swift cannot import from libvirt's headers by itself: function-like macros and callback casts.
#ifndef FAULTLINE_CLIBVIRT_SHIM_H
#define FAULTLINE_CLIBVIRT_SHIM_H

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#endif

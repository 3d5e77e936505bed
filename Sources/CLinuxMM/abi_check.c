// Our numbers against the distribution's UAPI headers, wherever those know a name already.
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

#include "linux_mm.h"

#define SAME(ours, theirs) _Static_assert((ours) == (theirs), #theirs)

SAME(0xC018AA3F, UFFDIO_API);
SAME(0xC020AA00, UFFDIO_REGISTER);
SAME(0x8010AA01, UFFDIO_UNREGISTER);
SAME(0x8010AA02, UFFDIO_WAKE);
SAME(0xC028AA03, UFFDIO_COPY);
SAME(0xC020AA04, UFFDIO_ZEROPAGE);
SAME(0xC018AA06, UFFDIO_WRITEPROTECT);
SAME(0xC020AA07, UFFDIO_CONTINUE);
SAME(sizeof(struct lmm_uffdio_api), sizeof(struct uffdio_api));
SAME(sizeof(struct lmm_uffdio_register), sizeof(struct uffdio_register));
SAME(sizeof(struct lmm_uffdio_copy), sizeof(struct uffdio_copy));
SAME(sizeof(struct lmm_uffdio_fill), sizeof(struct uffdio_zeropage));
SAME(sizeof(struct lmm_uffdio_fill), sizeof(struct uffdio_continue));
SAME(sizeof(struct lmm_uffdio_writeprotect), sizeof(struct uffdio_writeprotect));
SAME(sizeof(struct lmm_uffd_msg), sizeof(struct uffd_msg));
SAME(offsetof(struct lmm_uffd_msg, a), offsetof(struct uffd_msg, arg.pagefault.flags));
SAME(offsetof(struct lmm_uffd_msg, b), offsetof(struct uffd_msg, arg.pagefault.address));
SAME(offsetof(struct lmm_uffd_msg, a), offsetof(struct uffd_msg, arg.fork.ufd));
SAME(sizeof(struct lmm_pm_scan_arg), 96);
SAME(sizeof(struct lmm_page_region), 24);
#ifdef UFFDIO_MOVE
SAME(0xC028AA05, UFFDIO_MOVE);
#endif
#ifdef UFFDIO_POISON
SAME(0xC020AA08, UFFDIO_POISON);
#endif

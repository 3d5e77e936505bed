// Nothing to call: linking this target is its effect. See static.c.
#ifndef FAULTLINE_STATIC_H
#define FAULTLINE_STATIC_H
#endif

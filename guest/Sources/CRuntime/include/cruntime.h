// Nothing to call: the objects of this target only complete the C library at link time.

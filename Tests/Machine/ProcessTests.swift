import Testing

/// Tests that start processes and guests, one after the other.
///
/// While a guest is started this process adopts orphans, and a guest wants both of a small machine's processors.
@Suite("processes", .serialized)
struct ProcessTests {}

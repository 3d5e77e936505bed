import Testing

/// Tests that start and orphan processes, one after the other.
///
/// While a guest is started this process adopts orphans. A killed exit test's orphans would be among them, nobody would
/// wait for them, and the testing library's own waiting thread would stumble over the zombies for ever.
@Suite("processes", .serialized)
struct ProcessTests {}

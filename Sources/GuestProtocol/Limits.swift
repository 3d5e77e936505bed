/// Every bound on what one end of the record port accepts from the other (docs/protocol.md, "Bounds").
public enum Limits {
  /// The longest line of a record, in bytes, without its newline.
  public static let recordBytes = 64 << 10
  /// The longest line of a test program's output, in bytes; longer ones are cut.
  public static let outputLineBytes = 16 << 10
  /// The largest program that can be pushed, in bytes.
  public static let programBytes = 16 << 20
  /// How many pushed programs a guest holds.
  public static let programs = 64
  /// How many arguments, and how many environment entries, one run may have.
  public static let arguments = 64
  /// The longest argument, in bytes.
  public static let argumentBytes = 4 << 10
  /// How deep values may nest.
  public static let nesting = 4
  /// How many members an array or object may have.
  public static let members = 512
  /// How many lines that are no records the host skips before the guest's first record.
  public static let garbageLines = 1_000
}

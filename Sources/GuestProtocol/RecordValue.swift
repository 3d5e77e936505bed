/// A value in a record: the small part of JSON that the protocol uses.
public enum RecordValue: Equatable, Sendable {
  case text(String)
  case integer(Int64)
  case boolean(Bool)
  /// An array of strings.
  case list([String])
  /// An object of strings, in the order they were written.
  case map([Fact])
  /// Valid JSON of another shape, kept only so that unknown fields can be skipped.
  case other
}

/// A named text, as `facts` and `env` carry them.
public struct Fact: Equatable, Sendable {
  public var name: String
  public var text: String

  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }
}

/// One record: its kind, its sequence number and its fields in the order they are written.
public struct Record: Equatable, Sendable {
  /// The protocol version this build speaks.
  public static let version: Int64 = 1

  public var kind: String
  public var sequence: Int64
  /// The version the sender wrote.
  public var version: Int64
  public var fields: [(name: String, value: RecordValue)]

  public init(kind: String, sequence: Int64 = 0, fields: [(name: String, value: RecordValue)] = [])
  {
    self.kind = kind
    self.sequence = sequence
    self.version = Record.version
    self.fields = fields
  }

  /// The value of a field, or nil when the record has none of that name.
  public subscript(name: String) -> RecordValue? {
    for field in fields where field.name == name { return field.value }
    return nil
  }

  /// The text of a field, or nil when it is missing or no string.
  public func text(_ name: String) -> String? {
    guard case .text(let text)? = self[name] else { return nil }
    return text
  }

  /// The integer of a field, or nil when it is missing or no integer.
  public func integer(_ name: String) -> Int64? {
    guard case .integer(let number)? = self[name] else { return nil }
    return number
  }

  /// The strings of an array field; empty when it is missing.
  public func list(_ name: String) -> [String] {
    guard case .list(let list)? = self[name] else { return [] }
    return list
  }

  /// The members of an object field; empty when it is missing.
  public func map(_ name: String) -> [Fact] {
    switch self[name] {
    case .map(let facts)?: facts
    default: []
    }
  }

  public static func == (left: Record, right: Record) -> Bool {
    guard left.kind == right.kind, left.sequence == right.sequence, left.version == right.version,
      left.fields.count == right.fields.count
    else { return false }
    for (one, other) in zip(left.fields, right.fields)
    where one.name != other.name || one.value != other.value {
      return false
    }
    return true
  }
}

import Foundation
import GRDB

/// Text of guests and files, as it goes into the database and comes out.
enum Text {
  static func data(_ text: String) -> Data { Data(text.utf8) }

  static func data(_ text: String?) -> Data? { text.map { Data($0.utf8) } }

  static func string(_ data: Data) -> String { String(decoding: data, as: UTF8.self) }

  static func string(_ data: Data?) -> String? {
    data.map { String(decoding: $0, as: UTF8.self) }
  }

  /// A list as JSON; nil of an empty one.
  static func json(_ list: [String]) throws -> Data? {
    list.isEmpty ? nil : try JSONEncoder().encode(list)
  }

  /// Keys and values as JSON with sorted keys, which the same evidence always writes the same way; nil of none.
  static func json(_ texts: [String: String]) throws -> Data? {
    guard !texts.isEmpty else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(texts)
  }

  static func list(_ data: Data?) throws -> [String] {
    guard let data else { return [] }
    return try data.withUnsafeBytes { bytes in
      var cursor = JSONCursor(bytes)
      return try ResultReader().list(&cursor)
    }
  }

  static func texts(_ data: Data?) throws -> [String: String] {
    guard let data else { return [:] }
    return try data.withUnsafeBytes { bytes in
      var cursor = JSONCursor(bytes)
      return try ResultReader().texts(&cursor)
    }
  }
}

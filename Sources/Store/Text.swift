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
  static func json(_ list: [String]) -> [UInt8]? {
    guard !list.isEmpty else { return nil }
    var json: [UInt8] = []
    for text in list {
      json.append(UInt8(ascii: json.isEmpty ? "[" : ","))
      quote(text, into: &json)
    }
    json.append(UInt8(ascii: "]"))
    return json
  }

  /// Keys and values as JSON with sorted keys, which the same evidence always writes the same way; nil of none.
  static func json(_ texts: [String: String]) -> [UInt8]? {
    guard !texts.isEmpty else { return nil }
    var json: [UInt8] = []
    for (key, value) in texts.sorted(by: { $0.key < $1.key }) {
      json.append(UInt8(ascii: json.isEmpty ? "{" : ","))
      quote(key, into: &json)
      json.append(UInt8(ascii: ":"))
      quote(value, into: &json)
    }
    json.append(UInt8(ascii: "}"))
    return json
  }

  private static func quote(_ text: String, into json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        json.append(UInt8(ascii: "\\"))
        json.append(byte)
      case 0..<0x20:
        json.append(contentsOf: "\\u00".utf8)
        json.append(hexadecimal[Int(byte >> 4)])
        json.append(hexadecimal[Int(byte & 15)])
      default: json.append(byte)
      }
    }
    json.append(UInt8(ascii: "\""))
  }

  private static let hexadecimal = Array("0123456789abcdef".utf8)

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

package import Foundation

/// What another process of this user may ask the one that keeps guests: one line of JSON.
package enum ControlRequest: Equatable, Sendable {
  /// Which guests there are.
  case guests
  /// To write a guest's memory to a new file with this absolute path.
  case dump(guest: String, path: String)

  /// The longest line, in bytes.
  package static let maximumBytes = 16 << 10
  /// The version of the form.
  private static let version = 1
  /// What the kernel takes as a path, its end included.
  private static let maximumPathBytes = 4_096

  /// Why a line is no request, in a sentence.
  package struct Refusal: Error, Equatable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
  }

  private struct Form: Codable {
    var version: Int
    var ask: String
    var guest: String?
    var path: String?
  }

  /// Reads a line without its end.
  ///
  /// - Throws: `Refusal` for all that is not exactly a request.
  package init(line: Data) throws(Refusal) {
    guard line.count <= Self.maximumBytes else {
      throw Refusal("the request is longer than \(Self.maximumBytes) bytes")
    }
    let form: Form
    do {
      form = try JSONDecoder().decode(Form.self, from: line)
    } catch {
      throw Refusal("the request is not understood")
    }
    guard form.version == Self.version else {
      throw Refusal(
        "the request has version \(form.version), this process knows \(Self.version)")
    }
    switch (form.ask, form.guest, form.path) {
    case ("guests", nil, nil): self = .guests
    case ("dump", let guest?, let path?):
      guard path.hasPrefix("/"), path.utf8.count < Self.maximumPathBytes, !path.utf8.contains(0)
      else { throw Refusal("the file's path is not absolute, or longer than the kernel takes") }
      guard guest.utf8.count <= 100 else { throw Refusal("no guest has such a name") }
      self = .dump(guest: guest, path: path)
    default: throw Refusal("the request is not understood")
    }
  }

  /// The line, with its end.
  package func line() throws -> Data {
    var form = Form(version: Self.version, ask: "guests")
    if case .dump(let guest, let path) = self {
      form = Form(version: Self.version, ask: "dump", guest: guest, path: path)
    }
    return try JSONEncoder().encode(form) + Data([UInt8(ascii: "\n")])
  }
}

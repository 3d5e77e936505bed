import Foundation
package import Results

/// A `run.json` that is read as a stream, so that its size does not matter.
package struct RunFile: Sendable {
  package let path: String
  package let header: RunHeader

  /// Reads all but the results; the file's keys are sorted, and most stand behind them.
  ///
  /// - Throws: `RunFileError`.
  package init(_ path: String) throws {
    self.path = path
    var id: String?
    var schema: Int?
    var header = RunHeader(id: "")
    var hasResults = false
    try Self.members(of: path) { stream, name in
      if name == "results" {
        hasResults = true
        return try Self.elements(stream) { _ in }
      }
      try stream.value { bytes in
        var cursor = JSONCursor(bytes)
        if try cursor.takeNull() { return }
        switch name {
        case "run": id = try cursor.string()
        case "schema": schema = try cursor.integer()
        case "started": header.started = try cursor.string()
        case "elapsed_ms": header.elapsedMilliseconds = try cursor.integer()
        case "seed": header.seed = try cursor.integer()
        case "guests": header.guests = try Self.guests(bytes)
        default: break
        }
      }
    }
    guard let schema else { throw RunFileError.missing("schema") }
    guard schema == Run.schema else { throw RunFileError.schema(schema) }
    guard let id, !id.isEmpty else { throw RunFileError.missing("run") }
    guard hasResults else { throw RunFileError.missing("results") }
    header.id = id
    self.header = header
  }

  /// Reads every result, in the order of the file.
  ///
  /// - Throws: `RunFileError`, and what `body` throws.
  package func forEach(_ body: (CaseResult) throws -> Void) throws {
    var place = 0
    try Self.members(of: path) { stream, name in
      guard name == "results" else { return try stream.value { _ in } }
      try Self.elements(stream) { bytes in
        var cursor = JSONCursor(bytes)
        let result: CaseResult
        do {
          result = try ResultReader().result(&cursor)
        } catch let shape as ResultReader.Shape {
          throw RunFileError.result(place, shape.what)
        }
        try body(result)
        place += 1
      }
    }
  }

  /// The keys of the file's one object; `body` takes each value.
  private static func members(
    of path: String, _ body: (JSONStream, String) throws -> Void
  ) throws {
    let stream = try JSONStream(path)
    try stream.expect(UInt8(ascii: "{"))
    if try stream.take(UInt8(ascii: "}")) { return }
    repeat {
      let name = try stream.value { bytes in
        var cursor = JSONCursor(bytes)
        return try cursor.string()
      }
      try stream.expect(UInt8(ascii: ":"))
      try body(stream, name)
    } while try stream.take(UInt8(ascii: ","))
    try stream.expect(UInt8(ascii: "}"))
  }

  private static func elements(
    _ stream: JSONStream, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try stream.expect(UInt8(ascii: "["))
    if try stream.take(UInt8(ascii: "]")) { return }
    repeat { try stream.value(body) } while try stream.take(UInt8(ascii: ","))
    try stream.expect(UInt8(ascii: "]"))
  }

  private static func guests(_ bytes: UnsafeRawBufferPointer) throws -> [GuestRecord] {
    do {
      return try JSONDecoder().decode([GuestRecord].self, from: Data(bytes))
    } catch let error as DecodingError {
      throw RunFileError.malformed("guests: \(error)", offset: 0)
    }
  }
}

internal import KernelLog
internal import Kernels
internal import Results

/// Gives the splats of red results their files and lines.
struct SplatLines {
  let image: String

  /// Adds frames to the splats of red results.
  ///
  /// - Parameters:
  ///   - results: what came of one guest.
  ///   - note: is told when there is debug information and it cannot be read.
  /// - Returns: the results, as they are where there is no debug information.
  func added(to results: [CaseResult], note: (String) -> Void) async -> [CaseResult] {
    let places = results.filter(Self.isOfInterest).flatMap(\.splats).flatMap(\.backtrace)
    guard !places.isEmpty, let debugInfo = DebugInfo(ofImage: image) else { return results }
    do {
      let lines = try await debugInfo.lines(of: places.map { DebugInfo.Place($0) })
      return results.map { result in
        guard Self.isOfInterest(result) else { return result }
        var result = result
        for index in result.splats.indices {
          result.splats[index].frames = Self.frames(result.splats[index].backtrace, lines)
        }
        return result
      }
    } catch {
      note("the lines of its backtraces could not be looked up: \(error)")
      return results
    }
  }

  private static func isOfInterest(_ result: CaseResult) -> Bool {
    result.verdict.isRed && !result.splats.isEmpty
  }

  /// Nothing where no place has a line.
  static func frames(_ backtrace: [CodePlace], _ lines: [DebugInfo.Place: String]) -> [String] {
    guard backtrace.contains(where: { lines[DebugInfo.Place($0)] != nil }) else { return [] }
    return backtrace.map { place in
      lines[DebugInfo.Place(place)].map { "\(place) (\($0))" } ?? place.description
    }
  }
}

extension DebugInfo.Place {
  init(_ place: CodePlace) {
    self.init(
      symbol: place.symbol, offset: place.offset, size: place.size, isReturn: place.isReturn)
  }
}

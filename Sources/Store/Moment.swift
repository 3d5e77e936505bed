import Foundation

/// Moments as the history keeps them: milliseconds since 1970.
enum Moment {
  static func milliseconds(_ date: Date) -> Int64 {
    Int64((date.timeIntervalSince1970 * 1000).rounded())
  }

  /// Reads RFC 3339; nil for anything else.
  static func milliseconds(_ text: String?) -> Int64? {
    guard let text else { return nil }
    let styles: [Date.ISO8601FormatStyle] = [.iso8601, .init(includingFractionalSeconds: true)]
    for style in styles {
      // Another style may fit, and a run without a readable start is ordered by its import.
      if let date = try? style.parse(text) { return milliseconds(date) }  // see above
    }
    return nil
  }
}

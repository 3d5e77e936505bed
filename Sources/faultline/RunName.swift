internal import Foundation
internal import Results

/// What a run is called: when it began, and a few letters that keep two apart.
enum RunName {
  static func make(at date: Date = .now) -> String {
    let parts = Calendar(identifier: .gregorian).dateComponents(
      in: .current, from: date)
    let fields = [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second]
    let digits = fields.map { field in
      let text = String(field ?? 0)
      return text.count < 2 ? "0" + text : text
    }
    let random = String(UInt16.random(in: 0x1000...0xffff), radix: 16)
    return digits[0...2].joined() + "-" + digits[3...5].joined() + "-" + random
  }
}

extension CalendarDate {
  /// This day, in the local time zone.
  static var today: CalendarDate {
    let parts = Calendar(identifier: .gregorian).dateComponents(in: .current, from: .now)
    return CalendarDate(year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1)
  }
}

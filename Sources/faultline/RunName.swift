internal import Foundation
internal import Results

/// What a run is called: when it began, and a few letters that keep two apart.
enum RunName {
  static func make(at date: Date = .now) -> String {
    let digits = date.formatted(.iso8601).filter(\.isNumber)
    let random = String(UInt16.random(in: 0x1000...0xffff), radix: 16)
    return "\(digits.prefix(8))-\(digits.dropFirst(8))-\(random)"
  }
}

extension CalendarDate {
  /// This day, in UTC.
  static var today: CalendarDate {
    guard let today = CalendarDate(Date.now.formatted(.iso8601.year().month().day())) else {
      preconditionFailure("ISO 8601 writes a day as year, month and day")
    }
    return today
  }
}

internal import Foundation

/// Where this user's caches are.
enum CacheDirectory {
  /// `$XDG_CACHE_HOME/faultline`, or below the home directory; nil when there is neither.
  static var path: String? {
    let environment = ProcessInfo.processInfo.environment
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
      return cache + "/faultline"
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home + "/.cache/faultline"
  }
}

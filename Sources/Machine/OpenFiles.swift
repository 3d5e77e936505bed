internal import Glibc

/// How many files this process may have open: libvirt and each guest hold pipes and sockets.
package enum OpenFiles {
  /// With fewer, libvirt fails at some call in words that name no cause; a guest was seen to run with 32.
  package static let needed = 64

  /// Raises the limit to what the system lets this user have, and answers it.
  package static func raise() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
    // libvirt closes all descriptors up to the limit for every child, so there is such a thing as too many.
    let wanted = min(limit.rlim_max, 4_096)
    if limit.rlim_cur < wanted {
      limit.rlim_cur = wanted
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    return Int(clamping: limit.rlim_cur)
  }
}

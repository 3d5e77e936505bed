import Foundation

/// Where the server listens: an address in digits and a port.
package struct ListenAddress: Equatable, Sendable {
  package static let standard = ListenAddress(host: "127.0.0.1", port: 8017)

  /// `127.0.0.1`, `::1`.
  package let host: String
  /// 0 for one that the system chooses.
  package let port: UInt16

  private init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `127.0.0.1:8017`, `[::1]:8017`, `localhost:8017`; nil for anything else.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = String(text[..<colon])
    if host == "localhost" { host = "127.0.0.1" }
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
      guard Self.isIPv6(host) else { return nil }
    } else {
      guard Self.isIPv4(host) else { return nil }
    }
    self.init(host: host, port: port)
  }

  package var isIPv6: Bool { host.contains(":") }

  /// Whether only this host reaches it.
  package var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

  /// As it stands in an address of a page.
  package func url(port: UInt16) -> String {
    "http://\(isIPv6 ? "[\(host)]" : host):\(port)/"
  }

  static func isIPv4(_ text: String) -> Bool {
    var address = in_addr()
    return inet_pton(AF_INET, text, &address) == 1
  }

  static func isIPv6(_ text: String) -> Bool {
    var address = in6_addr()
    return inet_pton(AF_INET6, text, &address) == 1
  }
}

/// Which names a browser may call this server by.
///
/// A page of a stranger can make a name of its own point to this host (DNS rebinding) and then read what is served here. Such a
/// request has that name in its Host header; digits and `localhost` cannot be pointed anywhere.
package struct HostNames: Equatable, Sendable {
  private let names: Set<String>

  /// - Parameter names: further ones that are allowed.
  package init(_ names: [String] = []) {
    self.names = Set(names.map { $0.lowercased() })
  }

  /// Whether the value of a Host header is allowed.
  package func allows(_ value: String?) -> Bool {
    guard let value else { return false }
    var name = value.lowercased()
    if let colon = name.lastIndex(of: ":"), !name.hasSuffix("]") {
      guard UInt16(name[name.index(after: colon)...]) != nil else { return false }
      name = String(name[..<colon])
    }
    if name.hasPrefix("["), name.hasSuffix("]") {
      return ListenAddress.isIPv6(String(name.dropFirst().dropLast()))
    }
    return name == "localhost" || ListenAddress.isIPv4(name) || names.contains(name)
  }
}

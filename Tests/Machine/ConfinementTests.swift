import Foundation
import Glibc
import Testing

@testable import Machine

extension ProcessTests {
  /// How a running guest's QEMU is kept from the host.
  @Suite("QEMU's confinement", .requiresGuest, .timeLimit(.minutes(5)))
  struct ConfinementTests {
    @Test("QEMU runs unprivileged, under seccomp, without network and without the host's files")
    func confinement() async throws {
      let hypervisor = try await GuestBench.hypervisor()
      let spec = try GuestBench.spec("confined")
      try await hypervisor.withMachine(spec, console: try Console(log: nil)) { _ in
        let process = try #require(try Self.emulator(of: spec.domainName))
        let status = try Self.status(process)
        // 2: a filter is in force (proc(5)).
        #expect(status["Seccomp"] == "2")
        #expect(status["NoNewPrivs"] == "1")
        if geteuid() == 0 {
          let users = try #require(status["Uid"]).split(separator: "\t")
          #expect(users.count == 4 && !users.contains("0"), "\(users)")
          let groups = try #require(status["Gid"]).split(separator: "\t")
          #expect(groups.count == 4 && !groups.contains("0"), "\(groups)")
        }
        for set in ["CapEff", "CapPrm", "CapInh", "CapAmb"] {
          #expect(status[set] == "0000000000000000", "\(set)")
        }
        try Self.checkCommandLine(process)
        try Self.checkFiles(process)
      }
    }

    private static func checkCommandLine(_ process: pid_t) throws {
      let line = try read("/proc/\(process)/cmdline").split(separator: "\0").map { String($0) }
      let sandbox = try #require(line.firstIndex(of: "-sandbox").map { line[$0 + 1] })
      #expect(
        sandbox == "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny")
      let words = line.joined(separator: " ")
      for word in [
        "virtio-net", "e1000", "-netdev", "-nic", "virtfs", "9p", "virtiofs", "vhost", "usb-",
        "-vnc 0", "-spice", "guest_agent",
      ] {
        #expect(!words.contains(word), "\(word)")
      }
      #expect(line.contains("-nodefaults") && line.contains("-no-user-config"))
    }

    /// Nothing is open for writing but what belongs to the run.
    private static func checkFiles(_ process: pid_t) throws {
      let folder = "/proc/\(process)/fd"
      var seen = 0
      for descriptor in try FileManager.default.contentsOfDirectory(atPath: folder) {
        // It may have been closed meanwhile.
        guard
          let target = try? FileManager.default.destinationOfSymbolicLink(  // see above
            atPath: folder + "/" + descriptor), target.hasPrefix("/")
        else { continue }
        seen += 1
        let info = try read("/proc/\(process)/fdinfo/\(descriptor)")
        let flags =
          info.split(separator: "\n").first { $0.hasPrefix("flags:") }
          .flatMap { Int($0.dropFirst(6).trimmingCharacters(in: .whitespaces), radix: 8) } ?? 0
        let isOurs =
          target.contains("/faultline-") || target.hasPrefix("/dev/")
          || target.hasPrefix("/memfd:")
        #expect(isOurs || Int32(flags) & O_ACCMODE == O_RDONLY, "\(target)")
      }
      #expect(seen > 0)
    }

    private static func read(_ path: String) throws -> String {
      String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
    }

    /// The lines of /proc/PID/status.
    private static func status(_ process: pid_t) throws -> [String: String] {
      let lines = try read("/proc/\(process)/status").split(separator: "\n")
      let pairs = lines.compactMap { line -> (String, String)? in
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        return (String(line[..<colon]), value)
      }
      return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    private static func emulator(of domain: String) throws -> pid_t? {
      try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
        .first { process in
          guard let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else {
            return false
          }
          let line = String(decoding: words, as: UTF8.self)
          return line.contains("qemu-system") && line.contains("guest=\(domain),")
        }
    }
  }
}

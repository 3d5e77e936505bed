internal import Foundation
package import Kernels
package import Machine
internal import Subprocess

/// Looks at everything a run needs and says what is missing and how to mend it.
package struct Doctor: Sendable {
  /// One thing that was looked at.
  package struct Finding: Sendable, Equatable {
    package let subject: String
    package let isGood: Bool
    package let detail: String
    /// What to type; nil when all is well.
    package let fix: String?

    static func good(_ subject: String, _ detail: String) -> Finding {
      Finding(subject: subject, isGood: true, detail: detail, fix: nil)
    }

    static func bad(_ subject: String, _ detail: String, fix: String) -> Finding {
      Finding(subject: subject, isGood: false, detail: detail, fix: fix)
    }
  }

  /// Below this much free space a run may not be able to keep its logs, or a kernel be fetched.
  static let leastFreeMebibytes = 1_024

  private let installation: Installation
  private let catalog: KernelCatalog
  private let machine: MachineProfile

  /// `machine` is what the accelerator is tried with.
  package init(_ installation: Installation, _ catalog: KernelCatalog, machine: MachineProfile) {
    self.installation = installation
    self.catalog = catalog
    self.machine = machine
  }

  /// Looks at everything; takes a few seconds when the accelerator has to be tried.
  package func findings() async -> [Finding] {
    let leftovers = leftovers()
    var findings = [await packages(), emulator(), await libvirt(), await programs()]
    findings += [kernels(), await accelerator(), leftovers, openFiles()]
    let cache = KernelCache.standard().directory
    findings += [space("cache", cache), space("results", FileManager.default.currentDirectoryPath)]
    return findings
  }

  private func packages() async -> Finding {
    let list = installation.file("packages.txt")
    guard let data = FileManager.default.contents(atPath: list.path) else {
      return .bad("packages", "\(list.path) cannot be read", fix: "make build")
    }
    let wanted = String(decoding: data, as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.map(String.init)
    do {
      let result = try await Subprocess.run(
        .name("dpkg-query"),
        arguments: .init(["-W", "-f", "${Package} ${db:Status-Status}\\n"] + wanted),
        output: .string(limit: 1 << 16), error: .discarded)
      let installed = Set(
        result.standardOutput.split(separator: "\n").filter { $0.hasSuffix(" installed") }
          .map { String($0.prefix { $0 != " " }) })
      let missing = wanted.filter { !installed.contains($0) }
      guard missing.isEmpty else {
        return .bad(
          "packages", "missing: \(missing.joined(separator: " "))",
          fix: "apt-get install --no-install-recommends \(missing.joined(separator: " "))")
      }
      return .good("packages", "all \(wanted.count) of packages.txt are installed")
    } catch {
      return .good("packages", "not a Debian system; packages.txt lists what is needed")
    }
  }

  private func emulator() -> Finding {
    guard let path = Hypervisor.emulator() else {
      return .bad(
        "QEMU", "no qemu-system-x86_64 in PATH",
        fix: "apt-get install --no-install-recommends qemu-system-x86")
    }
    return .good("QEMU", path)
  }

  private func libvirt() async -> Finding {
    do {
      let hypervisor = try await Hypervisor.open(nil, accelerator: .tcg)
      let uri = hypervisor.uri
      await hypervisor.close()
      return .good("libvirt", uri.prefix { $0 != "?" } + " opens, no daemon needed")
    } catch {
      return .bad(
        "libvirt",
        "\(error)".split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
          .joined(separator: "; "),
        fix: "apt-get install --no-install-recommends libvirt-daemon libvirt-daemon-driver-qemu")
    }
  }

  private func programs() async -> Finding {
    do {
      let suites = try await Suite.load(try installation.suitePrograms())
      let count = suites.reduce(0) { $0 + $1.cases.count }
      return .good("guest programs", "\(suites.count) suites with \(count) cases")
    } catch {
      return .bad("guest programs", "\(error)", fix: "make build")
    }
  }

  private func kernels() -> Finding {
    let cache = KernelCache.standard()
    let there = catalog.names.filter { cache.state(of: $0) != .absent }
    guard !there.isEmpty else {
      return .bad(
        "kernels", "none is in the cache", fix: "faultline kernels fetch \(catalog.names[0])")
    }
    return .good("kernels", "in the cache: \(there.joined(separator: ", "))")
  }

  private func accelerator() async -> Finding {
    guard Hypervisor.emulator() != nil,
      let entry = catalog.entries.first(where: { cached($0.name) != nil }),
      let kernel = cached(entry.name)
    else { return .bad("accelerator", "not tried", fix: "faultline kernels fetch, then again") }
    do {
      let choice = try await AcceleratorRequest.auto.choice(kernel: kernel.image) {
        try BootArchive.bytes(
          for: BootableKernel(kernel), machine: machine, initProgram: installation.initProgram())
      }
      let memory = choice.isRemembered ? " (remembered)" : ""
      return .good("accelerator", "\(choice.accelerator.rawValue): \(choice.reason)\(memory)")
    } catch {
      return .bad("accelerator", "\(error)", fix: "faultline run --accel tcg")
    }
  }

  private func cached(_ name: String) -> CachedKernel? {
    switch KernelCache.standard().state(of: name) {
    case .absent: nil
    case .intact(let kernel), .doubtful(let kernel, _): kernel
    }
  }

  private func openFiles() -> Finding {
    let limit = OpenFiles.raise()
    return limit >= OpenFiles.needed
      ? .good("open files", "\(limit) at once")
      : .bad(
        "open files", "\(limit) at once, \(OpenFiles.needed) are needed", fix: "ulimit -n 1024")
  }

  /// What killed processes left, looked at before anything here begins to remove it.
  private func leftovers() -> Finding {
    let stale = RunDirectory.leftovers()
    guard stale.isEmpty else {
      return .bad(
        "leftovers", "of killed runs: \(stale.joined(separator: ", "))",
        fix: "nothing: they are being removed")
    }
    return .good("leftovers", "none of killed runs")
  }

  private func space(_ subject: String, _ path: String) -> Finding {
    var folder = URL(fileURLWithPath: path)
    while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path) {
      folder.deleteLastPathComponent()
    }
    // No answer is shown as unknown.
    let attributes = try? FileManager.default.attributesOfFileSystem(  // see above
      forPath: folder.path)
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue else {
      return .bad("space for \(subject)", "unknown at \(folder.path)", fix: "df \(folder.path)")
    }
    let mebibytes = free >> 20
    let detail = "\(mebibytes / 1_024) GiB free at \(path)"
    return mebibytes >= Self.leastFreeMebibytes
      ? .good("space for \(subject)", detail)
      : .bad("space for \(subject)", "\(mebibytes) MiB free at \(path)", fix: "df -h \(path)")
  }
}

import Foundation
import Glibc
import Subprocess
import Synchronization

/// One build in a warm tree: configures, calls make, and takes the image out.
struct BuildRoom {
  private let tree: WarmTree
  private let build: KernelBuild
  private let plan: ConfigPlan
  private let toolchain: Toolchain
  private let jobs: Int
  /// Where the objects go: one folder for each set of requests.
  private let output: String

  private var files: FileManager { .default }
  /// There while make runs; what is left of a build that was killed.
  private var marker: String { output + "/.building" }
  private var warningsFile: String { output + "/.warnings.json" }

  init(
    tree: WarmTree, build: KernelBuild, plan: ConfigPlan, toolchain: Toolchain, jobs: Int
  ) async throws {
    self.tree = tree
    self.build = build
    self.plan = plan
    self.toolchain = toolchain
    self.jobs = jobs
    let digest = try await FileDigest.sha256(text: plan.text + toolchain.description)
    output = tree.folder + "/out-" + digest.prefix(12)
  }

  /// Builds the image and publishes it as the folder `image`.
  func make(
    into image: String, report: @escaping @Sendable (BuildEvent) -> Void
  ) async throws -> BuiltKernel {
    let began = ContinuousClock.now
    try await onDisk {
      try await tree.prepare()
      try files.createDirectory(atPath: output, withIntermediateDirectories: true)
      try await clearHalfMade()
    }
    let written = try await onDisk { try tree.apply(build.change) }
    report(.configuring(kernel: build.name))
    try await configure(written)
    let log = try await runMake(report)
    let known = try remember(log.warnings)
    let elapsed = Int((ContinuousClock.now - began) / .milliseconds(1))
    return try await onDisk {
      try await publish(image, known, steps: log.steps, milliseconds: elapsed)
    }
  }
}

/// Configuring.
extension BuildRoom {
  /// Makes `.config` unless it is there for the same requests and nothing of Kconfig has changed.
  private func configure(_ written: [String]) async throws {
    let config = output + "/.config"
    let isStale = written.contains {
      $0.contains("Kconfig") || $0.hasPrefix("scripts/kconfig") || $0 == "Makefile"
    }
    if !isStale, files.fileExists(atPath: output + "/.configured") { return }
    try? files.removeItem(atPath: output + "/.configured")  // it may not be there
    try await make(["tinyconfig"])
    let tiny = files.contents(atPath: config).map { String(decoding: $0, as: UTF8.self) } ?? ""
    try write(tiny + plan.text, to: config)
    try await make(["olddefconfig"])
    let final = files.contents(atPath: config).map { String(decoding: $0, as: UTF8.self) } ?? ""
    try plan.verify(ConfigValues(final), sourceRoot: tree.source)
    try write("", to: output + "/.configured")
  }

  /// A quick step of make; its whole output is the error when it fails.
  private func make(_ targets: [String]) async throws {
    let log = try await logged(["-s"] + targets) { _ in }
    guard log.status == .exited(0) else { throw failure(log.parsed) }
  }

  private func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
      throw BuildError.notWritten(path: path, error: "\(error)")
    }
  }
}

/// Calling make.
extension BuildRoom {
  private func runMake(_ report: @escaping @Sendable (BuildEvent) -> Void) async throws -> BuildLog
  {
    let name = build.name
    try write("", to: marker)
    let log = try await logged(["-j\(jobs)", "--output-sync=target", "vmlinux"]) { log in
      report(.making(kernel: name, steps: log.steps, file: log.file))
    }
    guard log.status == .exited(0) else {
      // make itself removes what it had half made, unless it had no room or was killed.
      if case .exited = log.status, !log.parsed.isDiskFull { try files.removeItem(atPath: marker) }
      throw failure(log.parsed)
    }
    try files.removeItem(atPath: marker)
    return log.parsed
  }

  private func failure(_ log: BuildLog) -> BuildError {
    log.isDiskFull || !hasRoom
      ? .diskFull(kernel: build.name, path: output, log: tree.log)
      : .failed(kernel: build.name, excerpt: log.excerpt, log: tree.log)
  }

  /// Whether the disk has any room left; without, the log may not say that it has none.
  private var hasRoom: Bool {
    // A disk that cannot be asked is not called full.
    let facts = try? files.attributesOfFileSystem(forPath: output)  // see above
    guard let free = facts?[.systemFreeSize] as? NSNumber else { return true }
    return free.intValue >= 1 << 20
  }

  private func logged(
    _ arguments: [String], _ progress: @escaping @Sendable (BuildLog) -> Void
  ) async throws -> (status: TerminationStatus, parsed: BuildLog) {
    let log = Mutex(BuildLog(source: tree.source))
    let cc = toolchain.hasCompilerCache ? ["CC=ccache gcc", "HOSTCC=ccache gcc"] : []
    let make = LoggedProcess(
      program: "make",
      arguments: ["--no-print-directory", "-C", tree.source, "O=" + output] + cc + arguments,
      environment: Self.environment, log: tree.log, deadline: KernelBuilder.deadline)
    let status = try await make.run { text in
      let now = log.withLock { log in
        log.read(text)
        return log
      }
      if !text.isEmpty { progress(now) }
    }
    return (
      status,
      log.withLock { log in
        log.finish()
        return log
      }
    )
  }

  /// Nothing of the caller's environment may change the image, nor may time, user or host.
  private static let environment: [String: String?] = {
    var environment: [String: String?] = [
      "KBUILD_BUILD_TIMESTAMP": "Thu Jan  1 00:00:00 UTC 1970", "KBUILD_BUILD_USER": "faultline",
      "KBUILD_BUILD_HOST": "faultline", "KBUILD_BUILD_VERSION": "1", "TZ": "UTC",
      // The kernel's Makefile does not hand LC_ALL on.
      "LC_ALL": "C", "LANG": "C", "LC_MESSAGES": "C", "LC_CTYPE": "C",
      // Without it ccache runs the preprocessor on what it does not know: a quarter more CPU time.
      "CCACHE_DEPEND": "1",
    ]
    for name in [
      "MAKEFLAGS", "MFLAGS", "GNUMAKEFLAGS", "MAKELEVEL", "MAKEFILES", "ARCH", "SUBARCH",
      "CROSS_COMPILE", "KBUILD_OUTPUT", "O", "V", "W", "C", "CC", "LD", "HOSTCC", "LLVM",
      "LOCALVERSION", "KCFLAGS", "KCPPFLAGS", "KAFLAGS", "HOSTCFLAGS", "KCONFIG_CONFIG",
      "KCONFIG_ALLCONFIG", "KCONFIG_DEFCONFIG_LIST", "KBUILD_EXTMOD", "KBUILD_VERBOSE",
      "KBUILD_EXTRA_WARN", "SOURCE_DATE_EPOCH", "CDPATH", "GREP_OPTIONS", "CPATH",
      "C_INCLUDE_PATH", "GCC_COLORS",
    ] { environment.updateValue(nil, forKey: name) }
    return environment
  }()

  /// Removes what a make that never ended wrote last: it may be cut short.
  ///
  /// A minute before its last output is long before anything it was still writing then.
  private func clearHalfMade() async throws {
    guard files.fileExists(atPath: marker) else { return }
    let last = FileFacts(path: tree.log)?.modified ?? 0
    _ = try await ChildProcess(
      "find",
      [
        output, "-newermt", "@\(last / 1_000_000_000 - 60)", "-type", "f", "(", "-name", "*.o",
        "-o", "-name", "*.a", "-o", "-name", ".*.cmd", "-o", "-name", "*.d", "-o", "-name",
        "vmlinux*", ")", "-delete",
      ], deadline: SourceStore.unpackDeadline
    ).output()
    try files.removeItem(atPath: marker)
  }

  /// Runs a step that writes much, and says so when the disk is full.
  private func onDisk<Value>(_ step: () async throws -> Value) async throws -> Value {
    do {
      return try await step()
    } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
      throw BuildError.diskFull(kernel: build.name, path: tree.folder, log: tree.log)
    } catch let error as ChildFailure where error.lastWords.contains("No space left") {
      throw BuildError.diskFull(kernel: build.name, path: tree.folder, log: tree.log)
    }
  }
}

/// What a build leaves.
extension BuildRoom {
  /// The warnings of all objects that are part of the kernel now: those of this build's, and of
  /// earlier ones for what was not made again.
  private func remember(_ fresh: [String: [String]]) throws -> [String: [String]] {
    var known: [String: [String]] = [:]
    if let data = files.contents(atPath: warningsFile) {
      known = try JSONDecoder().decode([String: [String]].self, from: data)
    }
    known.merge(fresh) { _, new in new }
    known = known.filter { !$0.value.isEmpty }
    try JSONEncoder().encode(known).write(to: URL(fileURLWithPath: warningsFile), options: .atomic)
    return known
  }

  /// Keeps the line numbers beside the image, where the configuration has them; see `DebugInfo`.
  private func keepDebugInfo(in staging: String) async throws {
    let vmlinux = output + "/vmlinux"
    let elf = LittleEndianBytes(path: vmlinux).flatMap { ElfFile($0) }
    guard elf?.hasSection(named: ".debug_line") ?? false else { return }
    _ = try await ChildProcess(
      "objcopy", ["--only-keep-debug", vmlinux, staging + "/vmlinux.debug"],
      deadline: FetchDeadline.unpack
    ).output()
  }

  private func publish(
    _ image: String, _ warnings: [String: [String]], steps: Int, milliseconds: Int
  ) async throws -> BuiltKernel {
    let staging = image + ".staging"
    if files.fileExists(atPath: staging) { try files.removeItem(atPath: staging) }
    try files.createDirectory(atPath: staging, withIntermediateDirectories: true)
    let target = staging + "/vmlinux"
    _ = try await ChildProcess(
      "strip", ["-o", target, output + "/vmlinux"], deadline: FetchDeadline.unpack
    ).output()
    try await keepDebugInfo(in: staging)
    try files.copyItem(atPath: output + "/.config", toPath: staging + "/config")
    try files.copyItem(atPath: tree.log, toPath: staging + "/build.log")
    let release = files.contents(atPath: output + "/include/config/kernel.release")
    let record = BuildRecord(
      schema: BuildRecord.currentSchema, name: build.name,
      release: release.map { String(decoding: $0, as: UTF8.self).trimmed } ?? "",
      source: build.source.id, origin: build.source.origin,
      change: build.change.files.isEmpty ? "none" : try await build.change.digest(),
      fragments: build.fragments.map(\.name), toolchain: toolchain.description, warnings: warnings,
      sha256: try await FileDigest.sha256(of: [target]).first ?? "",
      bytes: FileFacts(path: target)?.size ?? 0, textBytes: try await textBytes(of: target),
      steps: steps, milliseconds: milliseconds)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(record).write(to: URL(fileURLWithPath: staging + "/build.json"))
    if files.fileExists(atPath: image) { try files.removeItem(atPath: image) }
    try files.moveItem(atPath: staging, toPath: image)
    return BuiltKernel(directory: image, record: record)
  }

  /// The first column of size(1).
  private func textBytes(of image: String) async throws -> Int {
    let table = try await ChildProcess("size", [image], deadline: FetchDeadline.query).output()
    return table.split(separator: "\n").last?.words.first.flatMap { Int($0) } ?? 0
  }
}

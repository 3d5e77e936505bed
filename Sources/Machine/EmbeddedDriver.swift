internal import Foundation
internal import Glibc
internal import Libvirt

/// libvirt's QEMU driver inside this process, with its state in a run directory: no daemon, no set-up, no root.
///
/// As root, QEMU still runs as an unprivileged user. Two things of the host would spoil that, and both are covered up
/// in mounts that only the libvirt threads see:
/// * libvirt wants the account `libvirt-qemu`, which exists only where its daemon package was set up.
/// * It probes /dev/kvm with more rights than QEMU will have, finds the two unequal, and probes again some forty
///   times: 84 s for each start of a guest.
struct EmbeddedDriver {
  /// The account QEMU runs as.
  struct Account: Equatable {
    var name: String
    var user: uid_t
    var group: gid_t
    /// Whether the host knows it.
    var isKnown: Bool
  }

  let directory: RunDirectory
  let accelerator: Accelerator

  var uri: String { "qemu:///embed?root=" + directory.path }

  /// Sets the driver up; to be called on the thread that makes libvirt's calls, before the first of them.
  ///
  /// - Returns: the account that QEMU will run as; nil when it runs as this user.
  func prepare() throws(MachineError) -> Account? {
    let account = geteuid() == 0 ? try coverHost() : nil
    try directory.makeDirectory("etc", permissions: 0o700)
    _ = try directory.write(Array(Self.configuration(account?.name).utf8), to: "etc/qemu.conf")
    shareCapabilities(account)
    return account
  }

  /// The driver's configuration.
  static func configuration(_ account: String?) -> String {
    var lines = [
      // Boot files are readable as they are, and may be hard links to the user's own: libvirt must not give them away.
      "dynamic_ownership = 0", "remember_owner = 0",
      // No daemon to log to, no AppArmor profile, no control group that would stay behind.
      "stdio_handler = \"file\"", "security_driver = \"none\"", "cgroup_controllers = []",
      // A private /dev would have to be built for each guest.
      "namespaces = []",
      "seccomp_sandbox = 1",
    ]
    if let account { lines += ["user = \"\(account)\"", "group = \"\(account)\""] }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Covers up what stands in the way of an unprivileged QEMU; without the right to do so, QEMU runs as root.
  private func coverHost() throws(MachineError) -> Account {
    let root = Account(name: "root", user: 0, group: 0, isKnown: true)
    let account = Self.account()
    do {
      try HostProcess.separateMounts()
      if !account.isKnown { try addAccount(account) }
      if accelerator == .tcg { try hideKVM() }
    } catch let error as MachineError {
      throw error
    } catch {
      return root
    }
    return accelerator == .kvm && !Self.canUseKVM(account) ? root : account
  }

  /// libvirt's own account, or one with the number that Debian reserves for it.
  private static func account() -> Account {
    let name = "libvirt-qemu"
    if let entry = getpwnam(name) {
      return Account(
        name: name, user: entry.pointee.pw_uid, group: entry.pointee.pw_gid, isKnown: true)
    }
    let reserved: uid_t = 64_055
    let nobody: uid_t = 65_534
    let number = getpwuid(reserved) == nil ? reserved : nobody
    return Account(name: name, user: number, group: number, isKnown: false)
  }

  private func addAccount(_ account: Account) throws {
    let entries = [
      (
        "passwd",
        "\(account.name):x:\(account.user):\(account.group)::/nonexistent:/usr/sbin/nologin"
      ),
      ("group", "\(account.name):x:\(account.group):"),
    ]
    for (name, entry) in entries {
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "/etc/" + name)))
      if bytes.last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
      let copy = try directory.write(bytes + Array((entry + "\n").utf8), to: name)
      try HostProcess.show(copy, inPlaceOf: "/etc/" + name)
    }
  }

  /// Shows a file that nobody may read in place of /dev/kvm: libvirt's probe, which may read anything, finds that it
  /// is no KVM, and its later look, as QEMU's user, agrees.
  private func hideKVM() throws {
    guard access("/dev/kvm", F_OK) == 0 else { return }
    let cover = try directory.write([], to: "no-kvm", permissions: 0)
    try HostProcess.show(cover, inPlaceOf: "/dev/kvm")
  }

  private static func canUseKVM(_ account: Account) -> Bool {
    var status = stat()
    guard lstat("/dev/kvm", &status) == 0 else { return false }
    return status.st_mode & 0o006 == 0o006
      || (status.st_mode & 0o060 == 0o060 && status.st_gid == account.group)
  }

  /// Lets the driver find what an earlier one learned about QEMU, which takes 2 to 4 s otherwise.
  ///
  /// What is learned depends on the accelerator and on the user.
  private func shareCapabilities(_ account: Account?) {
    guard let cache = CacheDirectory.path else { return }
    let shared = "\(cache)/libvirt-\(accelerator.rawValue)-\(account?.user ?? geteuid())"
    // Without a cache the driver makes one in its root; it is only slower.
    try? FileManager.default.createDirectory(  // see above
      atPath: shared, withIntermediateDirectories: true)
    symlink(shared, directory.path + "/cache")
  }
}

internal import Foundation
internal import Glibc

/// Puts what a guest boots from where QEMU's user can read it, and QEMU's alone can find it.
struct BootFiles {
  let directory: RunDirectory
  /// Whether a file may be the user's own under another name; not where libvirt would change its owner.
  let mayLink: Bool
  /// Who shall own the disks; nil for this user.
  let owner: (user: uid_t, group: gid_t)?

  /// Places the guest's files in a directory of its own.
  func place(_ spec: GuestSpec) throws(MachineError) -> DomainXML.Files {
    let folder = "guests/" + spec.name
    try directory.makeDirectory("guests")
    try directory.makeDirectory(folder)
    var files = DomainXML.Files(
      kernel: try place(spec.kernel, as: folder + "/kernel"),
      initramfs: try place(spec.initramfs, as: folder + "/initramfs"))
    for (index, disk) in spec.disks.enumerated() {
      files.disks.append(try makeDisk(disk.content, as: folder + "/disk\(index)"))
    }
    return files
  }

  private func place(_ source: GuestSpec.Source, as name: String) throws(MachineError) -> String {
    let target = directory.path + "/" + name
    if case .file(let path) = source, mayLink, isReadableByAll(path), link(path, target) == 0 {
      return target
    }
    return try directory.write(source.read(), to: name)
  }

  /// A disk of the guest's own; what is empty on it is a hole, which costs nothing until the guest writes.
  private func makeDisk(_ content: GuestSpec.Disk.Content, as name: String) throws(MachineError)
    -> String
  {
    let path = directory.path + "/" + name
    switch content {
    case .empty(let mebibytes):
      _ = try directory.write([], to: name, permissions: 0o600)
      guard truncate(path, mebibytes << 20) == 0 else { throw RunDirectory.failure(path) }
    case .image(let image): try SparseFile(path: image).copy(to: path, permissions: 0o600)
    }
    if let owner, chown(path, owner.user, owner.group) != 0 { throw RunDirectory.failure(path) }
    return path
  }

  private func isReadableByAll(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IROTH != 0
  }
}

/// A guest's description for libvirt: a pure function of what it is made of.
struct DomainXML {
  /// Where the hypervisor finds the guest's files.
  struct Files: Equatable {
    var kernel: String
    var initramfs: String
    /// Raw images, one for each of the guest's disks, in their order.
    var disks: [String] = []
    /// The socket of the record port, below 108 bytes; nil lets libvirt choose.
    var channelSocket: String?
    /// The socket on which QEMU waits for a gdb, below 108 bytes.
    var debuggerSocket: String?
  }

  /// The name of the virtio-serial port that carries the records.
  static let channelName = "org.faultline.records.0"

  let spec: GuestSpec
  let files: Files

  /// The XML, one element a line.
  var text: String {
    """
    <domain type='\(spec.accelerator == .kvm ? "kvm" : "qemu")'\(namespace)>
      <name>\(escaped(spec.domainName))</name>
      <memory unit='MiB'>\(spec.memoryMebibytes)</memory>
      <vcpu>\(spec.vcpus)</vcpu>
      <os>
        <type arch='x86_64' machine='q35'>hvm</type>
        <kernel>\(escaped(files.kernel))</kernel>
        <initrd>\(escaped(files.initramfs))</initrd>
        <cmdline>\(escaped(spec.commandLine.description))</cmdline>
      </os>
      <features>
        <acpi/>\(translationCache)
      </features>
    \(cpu)
      <on_poweroff>destroy</on_poweroff>
      <on_reboot>destroy</on_reboot>
      <on_crash>destroy</on_crash>
      <devices>
        <controller type='usb' model='none'/>
        <memballoon model='none'/>
        <serial type='pty'>
          <target port='0'/>
        </serial>
        <channel type='unix'>\(channelSource)
          <target type='virtio' name='\(Self.channelName)'/>
        </channel>\(disks)
      </devices>\(debugger)
    </domain>

    """
  }

  /// Only a guest with a debugger has words for QEMU itself.
  private var namespace: String {
    files.debuggerSocket == nil
      ? "" : " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"
  }

  /// libvirt has no element for it.
  private var debugger: String {
    guard let path = files.debuggerSocket else { return "" }
    return """

        <qemu:commandline>
          <qemu:arg value='-gdb'/>
          <qemu:arg value='unix:\(escaped(path)),server=on,wait=off'/>
        </qemu:commandline>
      """
  }

  /// The default cache of 1 GiB a guest makes many guests run out of memory, and speeds nothing up.
  private var translationCache: String {
    guard spec.accelerator == .tcg else { return "" }
    return "\n    <tcg>\n      <tb-cache unit='MiB'>128</tb-cache>\n    </tcg>"
  }

  /// What QEMU 7.2's TCG does badly.
  ///
  /// With `cx16` one guest in five panics. With the others kernels clear and copy pages by `rep stosb` and `rep movsb`,
  /// which it carries out byte after byte: a fifth of the time of the suite `state`.
  private static let badlyTranslated = ["cx16", "erms", "fsrm"]

  /// One socket a vCPU: cores of a socket on several nodes make the kernel warn about its topology.
  private var cpu: String {
    let unwanted = spec.accelerator == .tcg ? DomainXML.badlyTranslated : []
    var features = unwanted.map { (policy: "disable", name: $0) }
    if let levels = spec.pageTableLevels {
      features.append((policy: levels > 4 ? "require" : "disable", name: "la57"))
    }
    let feature = features.map { "\n    <feature policy='\($0.policy)' name='\($0.name)'/>" }
      .joined()
    let mode = spec.accelerator == .tcg ? "maximum" : "host-passthrough"
    return """
        <cpu mode='\(mode)'>
          <topology sockets='\(spec.vcpus)' dies='1' cores='1' threads='1'/>\(feature)\(numa)
        </cpu>
      """
  }

  private var numa: String {
    guard spec.nodes > 1 else { return "" }
    let cells = (0..<spec.nodes).map { node in
      let cpus = (0..<spec.vcpus).filter { $0 * spec.nodes / max(spec.vcpus, 1) == node }
      let list = cpus.map(String.init).joined(separator: ",")
      let owned = cpus.isEmpty ? "" : " cpus='\(list)'"
      let memory = share(of: node)
      return "      <cell id='\(node)'\(owned) memory='\(memory)' unit='MiB'/>\n"
    }
    return "\n    <numa>\n" + cells.joined() + "    </numa>"
  }

  /// The node's memory in MiB; the first one takes what does not divide.
  private func share(of node: Int) -> Int {
    let even = spec.memoryMebibytes / spec.nodes
    return node == 0 ? spec.memoryMebibytes - even * (spec.nodes - 1) : even
  }

  private var channelSource: String {
    guard let path = files.channelSocket else { return "" }
    return "\n      <source mode='bind' path='\(escaped(path))'/>"
  }

  private var disks: String {
    zip(files.disks, spec.disks).enumerated().map { index, disk in
      let letter = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index)))
      return """

            <disk type='file' device='disk'>
              <driver name='qemu' type='raw' cache='unsafe'/>
              <source file='\(escaped(disk.0))'/>
              <target dev='vd\(letter)' bus='virtio'/>
              <serial>\(escaped(disk.1.serial))</serial>
            </disk>
        """
    }.joined()
  }

  private func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "'": result += "&apos;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }
}

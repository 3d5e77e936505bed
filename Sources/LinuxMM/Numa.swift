internal import CLinuxMM

/// Pages and the memory nodes they lie on.
public enum Numa {
  /// How many memory nodes the machine has, counted from node 0 upwards.
  public static var nodeCount: Int {
    var count = 0
    while count < 64, TextFile.exists("/sys/devices/system/node/node\(count)") { count += 1 }
    return max(count, 1)
  }

  /// The node a page lies on, `ENOENT` when no page is there; `move_pages(2)` without nodes.
  public static func node(of address: UInt64) throws(Errno) -> Int {
    var status: Int32 = 0
    try checked(lmm_move_page(0, address, -1, &status, 0))
    guard status >= 0 else { throw Errno(-status) }
    return Int(status)
  }

  /// Moves one page to a node and returns the one it is on then; `move_pages(2)` `MPOL_MF_MOVE`.
  public static func move(pageAt address: UInt64, to node: Int) throws(Errno) -> Int {
    var status: Int32 = 0
    try checked(lmm_move_page(0, address, Int32(node), &status, LMM_MPOL_MF_MOVE))
    guard status >= 0 else { throw Errno(-status) }
    return Int(status)
  }

  /// What `move_pages(2)` says of many pages.
  public struct Answer: Sendable {
    /// How many pages it could not move, of those that it has no status for.
    public let left: Int
    /// A node or a negative errno for each page; `Int32.max` where the kernel stored none.
    public let statuses: [Int32]
  }

  /// Moves pages of a process, or only asks where they are, in one call.
  ///
  /// Without `node` it is a query. With `shared` pages that other processes map move, too, which takes
  /// privilege (`MPOL_MF_MOVE_ALL`).
  public static func ask(
    of addresses: [UInt64], movingTo node: Int? = nil, shared: Bool = false,
    ofProcess process: Int32 = 0
  ) throws(Errno) -> Answer {
    var statuses = [Int32](repeating: Int32.max, count: addresses.count)
    let count = addresses.count
    guard let node else {
      try checked(lmm_move_pages(process, count, addresses, nil, &statuses, 0))
      return Answer(left: 0, statuses: statuses)
    }
    let nodes = [Int32](repeating: Int32(node), count: count)
    let flags = shared ? LMM_MPOL_MF_MOVE_ALL : LMM_MPOL_MF_MOVE
    let left = try checked(
      lmm_move_pages(process, count, addresses, nodes, &statuses, flags))
    return Answer(left: Int(left), statuses: statuses)
  }

  /// Moves pages to a node in one call and returns the node each is on then, nil where it has none.
  public static func move(pagesAt addresses: [UInt64], to node: Int) throws(Errno) -> [Int?] {
    try ask(of: addresses, movingTo: node).statuses.map {
      $0 < 0 || $0 == Int32.max ? nil : Int($0)
    }
  }

  /// Binds a range to a node and moves its pages there; `mbind(2)` `MPOL_BIND|MPOL_MF_MOVE`.
  public static func bind(_ range: AddressRange, to node: Int) throws(Errno) {
    let mask = UInt64(1) << UInt64(node)
    try checked(lmm_mbind(range.start, range.length, LMM_MPOL_BIND, mask, UInt32(LMM_MPOL_MF_MOVE)))
  }
}

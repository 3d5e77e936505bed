/// One version of a package that a suite has.
struct PackageOffer: Equatable {
  let package: String
  let version: String

  /// Reads `apt-cache madison`: "package | version | where", one a line; what else it says is left
  /// out.
  static func parse(madison: String) -> [PackageOffer] {
    var offers: [PackageOffer] = []
    for line in madison.split(separator: "\n") {
      let columns = line.split(separator: "|").map(\.trimmed)
      guard columns.count == 3 else { continue }
      let offer = PackageOffer(package: columns[0], version: columns[1])
      if !offers.contains(offer) { offers.append(offer) }
    }
    return offers
  }
}

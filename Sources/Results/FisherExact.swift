import Foundation

/// Fisher's exact test: how likely a difference of counts is when nothing changed.
///
/// Both kernels' runs are taken for one heap of runs that failed so often in all, dealt at random
/// to the two sides. The probability is that of a deal that is at least as lopsided in the given
/// direction; the other direction does not count, since the question is asked in one.
package enum FisherExact {
  /// The probability that at least so many of the failures fall to the patch by chance.
  ///
  /// 1 when either side never ran. Below the least `Double`, as with 0 of 1000 against 1000 of
  /// 1000, it is 0.
  package static func worse(base: PatchCheck.Count, patch: PatchCheck.Count) -> Double {
    let failures = base.fails + patch.fails
    let total = base.runs + patch.runs
    guard base.runs > 0, patch.runs > 0 else { return 1 }
    let logarithms = logarithmsOfFactorials(through: total)
    func ways(_ chosen: Int, of count: Int) -> Double {
      logarithms[count] - logarithms[chosen] - logarithms[count - chosen]
    }
    let all = ways(failures, of: total)
    var sum = 0.0
    // Smallest terms first, so that none is lost against a large sum.
    for onPatch in stride(from: min(failures, patch.runs), through: patch.fails, by: -1) {
      let onBase = failures - onPatch
      guard onBase >= 0, onBase <= base.runs else { continue }
      sum += exp(ways(onPatch, of: patch.runs) + ways(onBase, of: base.runs) - all)
    }
    return min(1, sum)
  }

  /// The probability that at most so many of the failures stay with the patch by chance: for a case
  /// that the patch mends.
  package static func better(base: PatchCheck.Count, patch: PatchCheck.Count) -> Double {
    worse(base: patch, patch: base)
  }

  private static func logarithmsOfFactorials(through count: Int) -> [Double] {
    var logarithms = [0.0]
    logarithms.reserveCapacity(count + 1)
    for number in 1...max(1, count) {
      logarithms.append(logarithms[number - 1] + log(Double(number)))
    }
    return logarithms
  }
}

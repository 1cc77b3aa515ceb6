/// The sizes of the parts of a product, chosen so that what is read again lies in a near cache.
package enum Blocking {
  /// The maximum number of rows of a panel in a part: a strip of twelve rows then takes 12 KB.
  package static let depth = 256
  /// The number of columns in a part: with the depth, 320 KB.
  package static let columns = 320
  /// The number of rows up to which the loop over panels is the outer one, so that a panel stays in a near
  /// cache; with more rows the loop over strips of rows is.
  package static let fewRows = 96

  /// Returns the number of rows of the parts that a panel of `depth` rows is divided into.
  ///
  /// The parts are about equal, as a short part costs as much to start as a long one, and multiples of the
  /// four rows that are unrolled.
  package static func part(of depth: Int) -> Int {
    let parts = max(1, (depth + Self.depth - 1) / Self.depth)
    return ((depth + parts - 1) / parts + 3) / 4 * 4
  }
}

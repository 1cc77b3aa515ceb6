import Testing
import TurnwiseCore

@Suite struct `A source of randomness` {
  private func draws(_ random: Randomness, _ count: Int = 8) -> [UInt64] {
    var random = random
    return (0..<count).map { _ in random.next() }
  }

  @Test func `gives the same numbers for the same seed, for ever`() {
    #expect(
      draws(Randomness(seed: 1), 3) == [
        18_037_975_907_672_480_128, 10_422_099_486_290_736_568, 11_500_197_111_892_536_086,
      ])
    #expect(Randomness(seed: 1).key == "6ad4d28a90692e4cd471a50a976ad7cf")
    #expect(
      Randomness(seed: 1).stream("policy-train", 2, -5).key == "74f56f3d9ad0e43ecfa707e9146ca578")
    #expect(draws(Randomness(seed: 1)) != draws(Randomness(seed: 2)))
  }

  @Test(arguments: [0, 1, 1000]) func `has streams that do not depend on what was drawn`(count: Int)
  {
    var random = Randomness(seed: 5)
    for _ in 0..<count { _ = random.next() }
    #expect(draws(random.stream("policy", 3)) == draws(Randomness(seed: 5).stream("policy", 3)))
  }

  @Test func `leaves itself alone when a stream is derived or drawn from`() {
    let random = Randomness(seed: 5)
    var stream = random.stream("a")
    _ = stream.next()
    #expect(random == Randomness(seed: 5))
  }

  @Test func `has a stream of its own for each name and number`() {
    let root = Randomness(seed: 9)
    var streams = [root, root.stream(""), root.stream("a"), root.stream("ab"), root.stream("b")]
    streams += [root.stream("a").stream("b"), root.stream("a", 0), root.stream("a", 0, 0)]
    streams += [
      root.stream("a", -1), root.stream("a", 1), root.stream("a", 1, 0), root.stream("a", 0, 1),
    ]
    streams += (2..<500).map { root.stream("a", $0) } + (2..<500).map { root.stream("a", 0, $0) }
    #expect(Set(streams.map(\.key)).count == streams.count)
    #expect(Set(streams.map { draws($0, 1) }).count == streams.count)
  }

  @Test func `continues where it was after encoding`() throws {
    var random = Randomness(seed: 3).stream("x")
    _ = random.next()
    let copy = try JSON.decode(Randomness.self, from: JSON.encode(random))
    #expect(draws(copy) == draws(random))
  }

  @Test func `draws unit numbers that are spread evenly`() {
    var random = Randomness(seed: 11)
    let numbers = (0..<20_000).map { _ in random.unit() }
    #expect(numbers.allSatisfy { (0..<1).contains($0) })
    // The mean of 20,000 has a standard error of 0.002; a tenth holds 2,000 ± 42.
    #expect(abs(numbers.reduce(0, +) / 20_000 - 0.5) < 0.01)
    let tenths = Dictionary(grouping: numbers) { Int($0 * 10) }.mapValues(\.count)
    #expect(tenths.count == 10 && tenths.values.allSatisfy { abs($0 - 2000) < 210 })
  }

  @Test(arguments: [0, 0.1, 0.5, 1]) func `lets an event happen as often as it should`(
    share: Double
  ) {
    var random = Randomness(seed: 12)
    let count = (0..<20_000).filter { _ in random.chance(share) }.count
    #expect(abs(Double(count) / 20_000 - share) <= (share == 0 || share == 1 ? 0 : 0.02))
  }

  @Test func `draws words of which half the bits are set`() {
    let words = (0..<64).flatMap { draws(Randomness(seed: 1).stream("bits", $0), 64) }
    let bits = words.reduce(0) { $0 + $1.nonzeroBitCount }
    // 262,144 bits have a standard deviation of 256.
    #expect(abs(bits - 131_072) < 1300)
    #expect(Set(words).count == words.count)
  }

  @Test func `has neighbours that are not alike`() {
    let pairs = (0..<500).map { seed in
      (Randomness(seed: UInt64(seed)), Randomness(seed: UInt64(seed + 1)))
    }
    let differing = pairs.map { (draws($0, 1)[0] ^ draws($1, 1)[0]).nonzeroBitCount }
    // 500 words of 64 bits differ in 16,000 ± 90 bits.
    #expect(abs(differing.reduce(0, +) - 16_000) < 450)
  }
}

import Testing
import TurnwiseCore

@Suite struct `A digest` {
  /// The examples of FIPS 180-4, and of the empty message.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func `agrees with the standard`(message: String, expected: String) {
    #expect(Digest(of: Array(message.utf8)).hexadecimal == expected)
    #expect(Digest(of: message.utf8).hexadecimal == expected)
  }

  /// Messages of the bytes 0, 7, 14… (modulo 256), as Python's hashlib digests them.
  @Test(arguments: [
    (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    (54, "8c71cf2dc60db40d269869fd22afbdc3264cb228ad5718f828764c1cbd9c5559"),
    (55, "576a1bf8d4478657e6dc4af9398544765c2a92cde28478b019235cfed315fc09"),
    (56, "9b20501dfd1d99161c257950f3444f3e49230c351c5c8e0943ef369f85f5205d"),
    (57, "a5534a9d0694341dfde5b1bb3d8addcb38bd46f44a629dc97b3f8fb2721b0720"),
    (63, "30b345906b493f06f69444b6521113511c242f30e29840462950035043682f1e"),
    (64, "d8bc63b4fc1156e5e7d95a418b9bf54cd3174bedbc2db40f74895349b229b3c0"),
    (65, "1ee23b0fbcaecc1aff4a9e8f1645f35ab2c8e13609cd73b68df8b5e3f63ce073"),
    (119, "7a6589821178918ca8d9edaba5abfc1e9b2669564f4469b66885379c1530b2c8"),
    (120, "655250427d56b1b0eeb8497d21428704273458a01772d6881b65c0abac0f8a98"),
    (127, "67d79933e3c9aa8e89f481e071cfca1e9a16c09d7263b5efa3bb01f1a9f8d065"),
    (128, "54c9eb041badfd7064645067b107661fed6113197ce2dd066ba69618abd3732f"),
  ])
  func `pads messages of every length about a block`(length: Int, expected: String) {
    let message = (0..<length).map { UInt8(truncatingIfNeeded: 7 * $0) }
    #expect(Digest(of: message).hexadecimal == expected)
    #expect(Digest(of: message.reversed().reversed()).hexadecimal == expected)
  }

  @Test func `reads what it wrote and nothing else`() throws {
    let digest = Digest(of: [1, 2, 3])
    let text = digest.hexadecimal
    #expect(Digest(hexadecimal: text) == digest)
    #expect(Digest(hexadecimal: text.uppercased()) == digest)
    #expect(Digest(hexadecimal: String(text.dropLast())) == nil)
    #expect(Digest(hexadecimal: "+" + text.dropFirst()) == nil)
    #expect(Digest(hexadecimal: "g" + text.dropFirst()) == nil)
    #expect(Digest(hexadecimal: "") == nil)
  }

  @Test func `has the order of its digits`() {
    let digests = (0..<50).map { Digest(of: [UInt8($0)]) }
    #expect(digests.sorted().map(\.hexadecimal) == digests.map(\.hexadecimal).sorted())
  }
}

extension Program {
  /// Caesar and Vigenère ciphers.
  static let cipher = Program(
    "cipher",
    files: [
      File(
        "cipher.py",
        """
        SIZE = 26

        def shift(c, n):
            if not c.islower():
                return c
            k = ord(c) - ord('a')
            return chr(ord('a') + (k + n) % SIZE)

        def encode(s, n=3):
            return ''.join(shift(c, n) for c in s)

        def decode(s, n=3):
            return encode(s, -n)

        def keyed(s, key):
            out = ''
            for i, c in enumerate(s):
                k = key[i % len(key)]
                out += shift(c, ord(k) - ord('a'))
            return out
        """)
    ],
    visible: """
      cipher.shift('b', 1) == 'c'
      cipher.encode('abc') == 'def'
      cipher.decode('def') == 'abc'
      cipher.keyed('aaa', 'bc') == 'bcb'
      """,
    hidden: """
      cipher.shift('z', 1) == 'a'
      cipher.shift('?', 4) == '?'
      cipher.shift('m', -2) == 'k'
      cipher.encode('x y', 5) == 'c d'
      cipher.encode('xyz') == 'abc'
      cipher.decode('a b') == 'x y'
      cipher.decode('mno', 1) == 'lmn'
      cipher.keyed('code', 'ad') == 'crdh'
      cipher.keyed('xyz', 'c') == 'zab'
      """)
}

internal import Glibc

/// An error number: the reason that the kernel gave for a call that failed.
struct Errno: Error, Hashable, CustomStringConvertible {
  let code: Int32
  init(_ code: Int32) { self.code = code }
  var description: String { String(cString: strerror(code)) }
}

/// Throws the current error number if `result` says that a call failed.
func check(_ result: Int32) throws(Errno) {
  if result < 0 { throw Errno(errno) }
}

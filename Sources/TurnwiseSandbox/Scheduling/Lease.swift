/// The right to continue in the sandbox that a workspace comes from.
///
/// The first command that continues uses the sandbox; a fork of the same state gets another one. When
/// the last copy of the workspace is gone, no command can continue, and the sandbox is killed.
final class Lease: Sendable {
  let number: Int
  private let pool: SlotPool

  init(_ number: Int, of pool: SlotPool) { (self.number, self.pool) = (number, pool) }

  deinit { pool.release(number) }
}

/** What we use of the package: locks of an open file description, on a range of bytes (Linux: `F_OFD_SETLK`). */
declare module 'fs-native-extensions' {
  export function tryLock(fd: number, offset: number, length: number, options?: { shared: boolean }): boolean
  export function waitForLockSync(fd: number, offset: number, length: number): void
  export function unlock(fd: number, offset: number, length: number): void
}

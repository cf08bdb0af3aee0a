/** Cuts a stream into pieces of one size; `end` gives the last, shorter one, if anything is left or nothing ever came. */
export type Packer = {
  readonly add: (bytes: Uint8Array) => Promise<void>
  readonly end: () => Promise<void>
}

/** `put` may keep the piece only until it resolves. */
export function createPacker(size: number, put: (piece: Buffer) => Promise<void>): Packer {
  const room = Buffer.alloc(size)
  let filled = 0
  let any = false
  const flush = async () => {
    await put(room.subarray(0, filled))
    any = true
    filled = 0
  }
  return {
    add: async (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const count = Math.min(size - filled, bytes.length - at)
        room.set(bytes.subarray(at, at + count), filled)
        filled += count
        at += count
        if (filled === size) await flush()
      }
    },
    end: async () => {
      if (filled > 0 || !any) await flush()
    },
  }
}

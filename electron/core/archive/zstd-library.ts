import { createRequire } from 'node:module'

/** The machine's own zstd library, called by the thread that has the bytes: no copies, and one context used again and again. */
export type ZstdLibrary = {
  /** Puts one frame into `out`, which must have room for `boundOf(raw.length)`; gives its length. */
  readonly compress: (raw: Buffer, out: Buffer, level: number) => number
  /** Puts what one frame holds into `out`; gives its length, null for a frame that is damaged or holds more than that. */
  readonly decompress: (frame: Buffer, out: Buffer) => number | null
}

/** As most distributions name it; their packages, boot and journal need it. */
const NAME = 'libzstd.so.1'
/** 1.4.0: from here on the format and the meaning of levels stay. */
const OLDEST = 10_400

let loaded: ZstdLibrary | null | undefined

/** Null where there is none or it is too old. A thread has its own context. */
export function zstdLibrary(): ZstdLibrary | null {
  if (loaded === undefined) loaded = process.platform === 'linux' ? bind() : null
  return loaded
}

/** What a frame of so many bytes takes at most. */
export function boundOf(raw: number): number {
  return raw + (raw >> 8) + 1024
}

function bind(): ZstdLibrary | null {
  try {
    const koffi: typeof import('koffi') = createRequire(import.meta.url)('koffi')
    const library = koffi.load(NAME)
    if (library.func('unsigned int ZSTD_versionNumber()')() < OLDEST) return null
    const context: unknown = library.func('void *ZSTD_createCCtx()')()
    const decoder: unknown = library.func('void *ZSTD_createDCtx()')()
    if (context === null || decoder === null) return null
    const decompress = library.func(
      'size_t ZSTD_decompressDCtx(void *decoder, void *out, size_t room, const void *frame, size_t length)',
    )
    const compress = library.func(
      'size_t ZSTD_compressCCtx(void *context, void *out, size_t room, const void *raw, size_t length, int level)',
    )
    return {
      compress: (raw, out, level) => {
        const length = Number(compress(context, out, out.length, raw, raw.length, level))
        // An error is told as a number beyond every length.
        if (length > out.length) throw new Error(`zstd refused ${raw.length} bytes`)
        return length
      },
      decompress: (frame, out) => {
        const length = Number(decompress(decoder, out, out.length, frame, frame.length))
        return length > out.length ? null : length
      },
    }
  } catch {
    return null
  }
}

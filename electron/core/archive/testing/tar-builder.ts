/** Headers and members of any tar, wrong ones as well: fields are written as they are given. */
export type Fields = {
  readonly name?: string | Buffer
  readonly mode?: string
  readonly uid?: string
  readonly size?: number | string | Buffer
  readonly mtime?: string | Buffer
  readonly flag?: string
  readonly link?: string | Buffer
  readonly magic?: string
  readonly checksum?: string
  readonly prefix?: string
  readonly more?: (block: Buffer) => void
}

export function tarHeader(fields: Fields): Buffer {
  const block = Buffer.alloc(512)
  const put = (at: number, value: string | Buffer) => Buffer.from(value).copy(block, at)
  put(0, fields.name ?? 'file')
  put(100, fields.mode ?? '0000644\0')
  put(108, fields.uid ?? '0000000\0')
  put(116, '0000000\0')
  const size = fields.size ?? 0
  put(124, typeof size === 'number' ? `${size.toString(8).padStart(11, '0')}\0` : size)
  put(136, fields.mtime ?? '14000000000\0')
  put(156, fields.flag ?? '0')
  put(157, fields.link ?? '')
  put(257, fields.magic ?? 'ustar\x0000')
  put(345, fields.prefix ?? '')
  fields.more?.(block)
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(148, fields.checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `)
  return block
}

/** A member whose header's size is that of its content, unless told otherwise. */
export function tarMember(fields: Fields, content: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([
    tarHeader({ size: bytes.length, ...fields }),
    bytes,
    Buffer.alloc((512 - (bytes.length % 512)) % 512),
  ])
}

export function paxHeader(records: readonly (readonly [key: string, value: string | Buffer])[], flag = 'x'): Buffer {
  const body = records.map(([key, value]) => {
    const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')])
    let length = rest.length
    while (String(length).length + rest.length !== length) length = String(length).length + rest.length
    return Buffer.concat([Buffer.from(String(length)), rest])
  })
  return tarMember({ name: 'PaxHeaders/x', flag }, Buffer.concat(body))
}

export function tarOf(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

/** A number as GNU tar writes one that octal digits cannot hold. */
export function base256(value: bigint, length = 12): Buffer {
  const out = Buffer.alloc(length)
  let rest = BigInt.asUintN(length * 8, value)
  for (let at = length - 1; at >= 0; at -= 1) {
    out[at] = Number(rest & 0xffn)
    rest >>= 8n
  }
  out[0] = (out[0] ?? 0) | 0x80
  return out
}

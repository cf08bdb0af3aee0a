declare module '@mongodb-js/zstd/bindings.js' {
  export function compress(data: Uint8Array, level?: number): Promise<Buffer>
  export function decompress(data: Uint8Array): Promise<Buffer>
}

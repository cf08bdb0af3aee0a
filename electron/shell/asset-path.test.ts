import fc from 'fast-check'
import { expect, it } from 'vitest'
import { resolveAsset } from './asset-path.ts'
import { pageAddress } from './window-kind.ts'

const root = '/opt/untenseki/resources/app.asar/out/renderer'

it('finds the pages and their parts', () => {
  expect(resolveAsset(root, pageAddress('system'))).toEqual({
    file: `${root}/index.html`,
    contentType: 'text/html; charset=utf-8',
  })
  expect(resolveAsset(root, 'app://console/assets/index-1a.js')?.file).toBe(`${root}/assets/index-1a.js`)
})

it.each([
  'app://console/../main/main.cjs',
  'app://console/assets/../../main/secret.html',
  'app://console/%2e%2e/main/index.html',
  'app://console/assets/%2e%2e%2f%2e%2e/index.html',
  'app://console/..%5cmain.html',
  'app://console//etc/../../x.html',
  'app://console/index.html%00.css',
  'app://console/%E0%A4.html',
  'app://console/',
  'app://console/main.cjs',
  'app://console/main.cjs.map',
  'app://other/index.html',
  'app://user@console/index.html',
  'https://console/index.html',
  'file:///etc/passwd.html',
  'index.html',
])('refuses %s', (address) => {
  expect(resolveAsset(root, address)).toBeNull()
})

it('never leaves the folder', () => {
  const piece = fc.constantFrom(
    '..',
    '.',
    '%2e%2e',
    '%2E.',
    '/',
    '%2f',
    '\\',
    '%5c',
    'assets',
    'a.html',
    '%00',
    '?',
    '#',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const asset = resolveAsset(root, `app://console/${pieces.join('/')}`)
      if (asset !== null) expect(asset.file.startsWith(`${root}/`) && !asset.file.includes('..')).toBe(true)
    }),
  )
})

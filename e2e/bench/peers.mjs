import { join } from 'node:path'

/** Ours against whom, and at most how much of their time. */
export const targets = [
  ['create', 'cold', 'untenseki', 'tar', 0.6],
  ['create', 'cold', 'untenseki', 'tar | zstd', 0.8],
  ['create', 'cold', 'untenseki', 'tar, synced', 0.6],
  ['create', 'cold', 'untenseki', 'tar | zstd, synced', 0.8],
  ['create', 'warm', 'untenseki, stored, no digests', 'tar', 1.0],
  ['create', 'warm', 'untenseki, stored, no digests', 'tar, synced', 1.0],
  ['create', 'warm', 'untenseki', 'tar | zstd', 1.1],
  ['create', 'warm', 'untenseki', 'tar | zstd, synced', 1.1],
  ['create', 'warm', 'untenseki', 'restic', 0.5],
  ['create', 'warm', 'untenseki', 'npm tar', 0.25],
  ['create', 'cold', 'untenseki', 'restic', 0.5],
  ['create', 'cold', 'untenseki', 'npm tar', 0.25],
  ['verify', 'warm', 'untenseki', 'tar | zstd', 1.0],
  ['verify', 'cold', 'untenseki', 'tar | zstd', 1.0],
  ['restore', 'warm', 'untenseki', 'tar | zstd', 1.0],
  ['restore', 'cold', 'untenseki', 'tar | zstd', 1.0],
  ['restore', 'cold', 'untenseki', 'tar | zstd, synced', 1.0],
]

/**
 * Who does what, by shell: `make`, `check` and `bring` of each. `$A` is the archive, `$T` the tree, `$O` the folder to
 * restore to, `$R` the tree's name without its first slash. `needs`: a program that may be missing; `id`: how it is chosen.
 * `synced`: what it wrote is on the disk when it ends, as ours always is; the others leave that to a moment after their end.
 */
export function peersOf({ root, ours, undigested, level }) {
  const node = process.execPath
  const npmTar = `${node} ${join(root, 'e2e/bench/npm-tar.mjs')}`
  return [
    {
      who: 'untenseki',
      ending: '.tar.zst',
      make: `${node} ${ours} create ${level} $T $A`,
      check: `${node} ${ours} verify $A`,
      bring: `${node} ${ours} restore $A $O/out`,
    },
    { who: 'untenseki, stored', ending: '.tar.zst', make: `${node} ${ours} create 0 $T $A` },
    { who: 'untenseki, stored, no digests', ending: '.tar.zst', make: `${node} ${undigested} create 0 $T $A` },
    {
      id: 'tar',
      who: 'tar',
      ending: '.tar',
      make: 'tar -cf $A -C / $R',
      check: 'tar -df $A -C /',
      bring: 'tar -xf $A -C $O',
    },
    {
      id: 'tar-zstd',
      who: 'tar | zstd',
      ending: '.tar.zst',
      make: `tar -cf - -C / $R | zstd -q -T0 -${level} -o $A`,
      check: 'zstd -dcq $A | tar -df - -C /',
      bring: 'zstd -dcq $A | tar -xf - -C $O',
    },
    { id: 'tar', who: 'tar, synced', ending: '.tar', make: 'tar -cf $A -C / $R && sync $A' },
    {
      id: 'tar-zstd',
      who: 'tar | zstd, synced',
      ending: '.tar.zst',
      make: `tar -cf - -C / $R | zstd -q -T0 -${level} -o $A && sync $A`,
      bring: 'zstd -dcq $A | tar -xf - -C $O && sync -f $O',
    },
    {
      id: 'bsdtar',
      who: 'bsdtar',
      needs: 'bsdtar',
      ending: '.tar.zst',
      make: `bsdtar --zstd --options zstd:compression-level=${level} -cf $A -C / $R`,
      bring: 'bsdtar -xf $A -C $O',
    },
    { id: 'npm-tar', who: 'npm tar', ending: '.tar', make: `${npmTar} create $T $A`, bring: `${npmTar} restore $A $O` },
    {
      id: 'restic',
      who: 'restic',
      needs: 'restic',
      ending: '.restic',
      before: 'restic init -q --no-cache -r $A',
      make: 'restic backup -q --no-cache -r $A $T',
      check: 'restic check -q --no-cache --read-data -r $A',
      bring: 'restic restore -q --no-cache -r $A latest --target $O',
    },
    {
      id: 'borg',
      who: 'borg',
      needs: 'borg',
      ending: '.borg',
      before: 'borg init -e none $A',
      make: `borg create -C zstd,${level} $A::a $T`,
      check: 'borg check --verify-data $A',
      bring: 'cd $O && borg extract $A::a',
    },
  ]
}

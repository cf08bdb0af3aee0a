import type { jaArchive } from '../ja/archive.ts'
import type { Translated } from '../ja.ts'

export const enArchive: Translated<typeof jaArchive> = {
  'archive.path': 'Archive',
  'archive.open': 'Open',
  'archive.open-first': 'Open an archive first.',
  'archive.search': 'Search',
  'archive.folders': 'Folders',
  'archive.entries': 'Contents',
  'archive.found': 'What holds "{text}"',
  'archive.none': 'No archive is open.',
  'archive.facts': 'Backup of {server}, {time}',
  'archive.shown': 'Entries: {count}',
  'archive.shown-more': 'Entries: {count}, more below',
  'archive.too-many':
    'At most {limit} entries are sorted or chosen at once: search for fewer, or take the folder out whole.',
  'archive.choose-entries': 'Choose in the list what is to be taken out.',
  'archive.extracting': 'Extraction',
  'archive.volumes': 'Looking for the volumes',

  'column.entry': 'Name',
  'column.entry-type': 'Type',
  'column.entry-size': 'Size',
  'column.entry-mode': 'Mode',
  'column.entry-owner': 'Owner',
  'column.entry-mtime': 'Changed',

  'entry.file': 'File',
  'entry.directory': 'Folder',
  'entry.symlink': 'Symbolic link',
  'entry.hardlink': 'Hard link',

  'extract.title': 'Extract',
  'extract.question': 'What is chosen is taken out with all below it (entries chosen: {count}).',
  'extract.to': 'Destination',
  'extract.hint': 'The path of a new folder, beginning with "/". Nothing that exists is overwritten.',
  'extract.wanted': 'Enter the path of a folder, beginning with "/".',
}

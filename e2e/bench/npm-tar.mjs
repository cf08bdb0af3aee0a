/** The npm package `tar` in a process of its own: `create TREE ARCHIVE`, `restore ARCHIVE FOLDER`. */
import { create, extract } from 'tar'

const [verb, from, to] = process.argv.slice(2)
if (verb === 'create') await create({ file: to, cwd: '/', portable: false }, [from.slice(1)])
else await extract({ file: from, cwd: to })

import { type Preferences, preferencesSchema } from '../../shared/model/console.ts'
import type { PreferencesStore } from '../core/console/console.ts'
import { readSmallFile, writeSmallFile } from './small-file.ts'

const unsaid: Preferences = { language: 'ja', openNameDatabase: true }

/** The console's preferences in a small file (absolute path); what is missing or unreadable is as at the first start. */
export function preferencesFile(file: string): PreferencesStore {
  return {
    read: () => ({ ...unsaid, ...readSmallFile(file, preferencesSchema.partial()) }) as Preferences,
    write: (preferences) => writeSmallFile(file, preferences),
  }
}

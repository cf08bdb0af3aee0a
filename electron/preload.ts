import { contextBridge } from 'electron'

contextBridge.exposeInMainWorld('untenseki', {})

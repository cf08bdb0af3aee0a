import { parseSync } from 'vite'

/**
 * Every import of a TypeScript file's text: static, re-exported, dynamic, `require`, and in a type. Returns
 * `[{ name, typeOnly, line }]`; `name` is null where it is computed. Throws when the text cannot be parsed.
 */
export function importsOf(path, text) {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`)
  const found = []
  const add = (node, source, typeOnly) => {
    const line = text.slice(0, node.start).split('\n').length
    found.push({ name: typeof source?.value === 'string' ? source.value : null, typeOnly, line })
  }
  visit(program, (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
        add(node, node.source, node.importKind === 'type' || allTypes(node.specifiers, 'importKind'))
        break
      case 'ExportNamedDeclaration':
        if (node.source) add(node, node.source, node.exportKind === 'type' || allTypes(node.specifiers, 'exportKind'))
        break
      case 'ExportAllDeclaration':
        add(node, node.source, node.exportKind === 'type')
        break
      case 'ImportExpression':
        add(node, node.source, false)
        break
      case 'TSImportType':
        add(node, node.source ?? node.argument?.literal, true)
        break
      case 'TSExternalModuleReference':
        add(node, node.expression, false)
        break
      case 'CallExpression':
        if (isRequire(node.callee)) add(node, node.arguments[0], false)
        break
    }
  })
  return found
}

function allTypes(specifiers, kind) {
  return specifiers.length > 0 && specifiers.every((specifier) => specifier[kind] === 'type')
}

function isRequire(callee) {
  if (callee.type === 'Identifier') return callee.name === 'require'
  return callee.type === 'MemberExpression' && callee.object.name === 'require' && callee.property.name === 'resolve'
}

function visit(node, see) {
  if (Array.isArray(node)) for (const part of node) visit(part, see)
  else if (node && typeof node === 'object') {
    if (typeof node.type === 'string') see(node)
    for (const key of Object.keys(node)) if (key !== 'parent') visit(node[key], see)
  }
}

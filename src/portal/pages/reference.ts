import type { JSONSchema, OpenAPI } from '@orpc/openapi';
import type { Access } from '../policy.ts';
import { type Html, html } from './html.ts';
import { accessExtension, apiVersion, codesExtension, operations } from './open-api.ts';
import type { PageContent, PageView } from './page.ts';

type Schema = Exclude<JSONSchema, boolean>;
type Operation = OpenAPI.OperationObject & { readonly method: string; readonly path: string };

/** The OpenAPI document as a page to read. */
export function referencePage(view: PageView, document: OpenAPI.Document): PageContent {
  const t = (key: string, values?: Record<string, string>) => view.say(`reference.${key}`, values);
  const groups = Map.groupBy(operations(document), (operation) => operation.tags?.[0] ?? '');
  const schemas = Object.entries(document.components?.schemas ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    title: t('documentTitle'),
    body: html`<div class="reference">
<nav class="contents" aria-label="${t('contents')}">
${[...groups].map(([tag, members]) => html`<h2>${tag}</h2><ul>${members.map((operation) => html`<li><a href="#${anchor(operation)}">${operation.summary}</a></li>`)}</ul>`)}
<h2>${t('schemas')}</h2><ul>${schemas.map(([name]) => html`<li><a href="#schema-${name}">${name}</a></li>`)}</ul>
</nav>
<div>
<h1>${t('title')}</h1>
<p class="lead">${t('lead', { version: apiVersion })} <a href="v1/openapi.json">${t('document')}</a></p>
${[...groups].map(([tag, members]) => html`<h2 class="group">${tag}</h2>${members.map((operation) => operationHtml(operation, t))}`)}
<h2 class="group">${t('schemas')}</h2>
${schemas.map(([name, schema]) => html`<section class="schema" id="schema-${name}"><h3>${name}</h3>${schemaHtml(schema as JSONSchema, t)}</section>`)}
</div>
</div>`,
  };
}

type Say = (key: string, values?: Record<string, string>) => string;

const anchor = (operation: Operation) => (operation.operationId ?? '').replace('.', '-');

const accessKeys: Readonly<Record<Access, string>> = {
  public: 'accessPublic',
  proof: 'accessProof',
  token: 'accessToken',
};

function operationHtml(operation: Operation, t: Say): Html {
  const extensions = operation as unknown as { [accessExtension]: Access; [codesExtension]: string[] };
  const parameters = (operation.parameters ?? []) as OpenAPI.ParameterObject[];
  const body = contentSchema((operation.requestBody as OpenAPI.RequestBodyObject | undefined)?.content);
  const answers = Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith('2'));
  const codes = extensions[codesExtension];
  return html`<section class="operation" id="${anchor(operation)}">
<h3>${operation.summary}</h3>
<p class="path"><span class="method">${operation.method.toUpperCase()}</span><span>${operation.path}</span></p>
<p class="soft small">${t(accessKeys[extensions[accessExtension]])}</p>
${
  parameters.length === 0
    ? null
    : html`<h4>${t('parameters')}</h4><ul class="fields">${parameters.map((parameter) => fieldHtml(parameter.name ?? '', parameter.schema as JSONSchema, parameter.required === true, t))}</ul>`
}
${body === undefined ? null : html`<h4>${t('body')}</h4>${schemaHtml(body, t)}`}
${answers.map(([status, answer]) => {
  const schema = contentSchema((answer as OpenAPI.ResponseObject).content);
  return html`<h4>${t('response', { status })}</h4>${schema === undefined ? html`<p class="soft small">${t('noBody')}</p>` : schemaHtml(schema, t)}`;
})}
${codes.length === 0 ? null : html`<h4>${t('errors')}</h4><ul class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>`}
</section>`;
}

function contentSchema(content: Record<string, OpenAPI.MediaTypeObject> | undefined): JSONSchema | undefined {
  return content?.['application/json']?.schema as JSONSchema | undefined;
}

function schemaHtml(schema: JSONSchema, t: Say): Html {
  return html`<ul class="fields">${rows(schema, t)}</ul>`;
}

/** The lines below a structure: its members, or what else it consists of. */
function rows(schema: JSONSchema, t: Say): Html[] {
  if (typeof schema === 'boolean') return [];
  const { properties, required = [] } = schema;
  if (properties !== undefined)
    return Object.entries(properties).map(([name, member]) =>
      fieldHtml(name, member, required.includes(name), t),
    );
  const forms = alternatives(schema);
  if (forms.length > 1 && forms.some(hasRows))
    return forms.map(
      (form) => html`<li><span class="type">${typeHtml(form, t)}</span>${nested(form, t)}</li>`,
    );
  return [html`<li><span class="type">${typeHtml(schema, t)}</span>${nested(inner(schema), t)}</li>`];
}

function fieldHtml(name: string, schema: JSONSchema, required: boolean, t: Say): Html {
  return html`<li><code class="name">${name}</code> <span class="type">${typeHtml(schema, t)}</span>${required ? html` <span class="required">${t('required')}</span>` : null}${nested(inner(schema), t)}</li>`;
}

function nested(schema: JSONSchema, t: Say): Html | null {
  return hasRows(schema) ? html`<ul class="fields">${rows(schema, t)}</ul>` : null;
}

function hasRows(schema: JSONSchema): boolean {
  if (typeof schema === 'boolean') return false;
  return (
    schema.properties !== undefined || (alternatives(schema).length > 1 && alternatives(schema).some(hasRows))
  );
}

/** What is inside of a list or beside `null`. */
function inner(schema: JSONSchema): JSONSchema {
  if (typeof schema === 'boolean') return schema;
  if (schema.type === 'array' && schema.items !== undefined && !Array.isArray(schema.items))
    return inner(schema.items as JSONSchema);
  const forms = alternatives(schema);
  return forms.length === 1 && forms[0] !== schema ? inner(forms[0] as JSONSchema) : schema;
}

function alternatives(schema: Schema): JSONSchema[] {
  return (schema.anyOf ?? schema.oneOf ?? []).filter(
    (form) => typeof form === 'boolean' || (form.type !== 'null' && form.not === undefined),
  );
}

function typeHtml(schema: JSONSchema | undefined, t: Say): Html {
  if (schema === undefined || typeof schema === 'boolean') return html``;
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms !== undefined) {
    const real = alternatives(schema);
    const orNull = forms.some((form) => typeof form !== 'boolean' && form.type === 'null')
      ? ` ${t('orNull')}`
      : '';
    return real.length === 1 ? html`${typeHtml(real[0], t)}${orNull}` : html`${t('oneOf')}${orNull}`;
  }
  if (schema.enum !== undefined)
    return html`<code>${schema.enum.map((value) => JSON.stringify(value)).join(' | ')}</code>`;
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.type === 'array') return html`${t('listOf')} ${typeHtml(schema.items as JSONSchema, t)}`;
  return html`${String(schema.type ?? '')}${limits(schema)}`;
}

function limits(schema: Schema): string {
  const found = [
    schema.format,
    schema.minLength === undefined ? undefined : `≥ ${schema.minLength}`,
    schema.maxLength === undefined ? undefined : `≤ ${schema.maxLength}`,
    schema.minimum === undefined || schema.minimum < -1e15 ? undefined : `≥ ${schema.minimum}`,
    schema.maximum === undefined || schema.maximum > 1e15 ? undefined : `≤ ${schema.maximum}`,
    schema.pattern === undefined || schema.pattern.length > 60 ? undefined : schema.pattern,
    schema.default === undefined ? undefined : `= ${JSON.stringify(schema.default)}`,
  ].filter((part) => part !== undefined);
  return found.length === 0 ? '' : `, ${found.join(', ')}`;
}

// The rule page's editor: makes the text field one that knows YAML, completes what is known, and shows mistakes as one types.
(() => {
  "use strict";

  const WAIT_MS = 500;
  const form = document.getElementById("editor");
  const field = document.getElementById("text");
  if (!form || !field || !window.CodeMirror) return;
  const { EditorView, EditorState, basicSetup, keymap, indentWithTab, autocompletion, linter, lintGutter, yaml } = CodeMirror;
  let known = {};

  fetch(`/rules/schema.json?file=${encodeURIComponent(field.dataset.file)}`)
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then((schema) => (known = schema))
    .catch(() => {});

  // Under which names a line stands, by how far the lines above it are moved in.
  function wayTo(doc, number) {
    const way = [];
    let indent = doc.line(number).text.match(/^ */)[0].length;
    if (doc.line(number).text.trim() === "") indent = Math.max(indent, 0);
    for (let at = number - 1; at >= 1 && indent > 0; at--) {
      const found = doc.line(at).text.match(/^( *)("?)([^\s#"][^:"]*)\2:/);
      if (found && found[1].length < indent) {
        way.unshift(found[3]);
        indent = found[1].length;
      }
    }
    return way;
  }

  function named(at) {
    return at?.$ref ? known.$defs[at.$ref] : at;
  }

  function schemaAt(way) {
    return way.reduce((at, name) => named(at?.properties?.[name]), known);
  }

  function offers(values, from, after = "") {
    return {
      from,
      options: values.map(([label, detail]) => ({ label, detail, apply: label + after })),
      validFor: /^[\w.-]*$/,
    };
  }

  function completing(context) {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const way = wayTo(context.state.doc, line.number);
    const valued = before.match(/^\s*"?([\w.-]+)"?:\s+([\w.-]*)$/);
    if (valued) {
      const values = schemaAt([...way, valued[1]])?.enum;
      return values ? offers(values.map((each) => [each]), context.pos - valued[2].length) : null;
    }
    const listed = before.match(/^\s*"?([\w.-]+)"?:.*\b(any|all|none):\s*\[[^\]]*?([\w.-]*)$/);
    if (listed) {
      const values = schemaAt([...way, listed[1], listed[2]])?.items;
      return values ? offers(values.map((each) => [each]), context.pos - listed[3].length) : null;
    }
    const begun = before.match(/^\s*([\w.-]*)$/);
    const names = begun && schemaAt(way)?.properties;
    if (!names || (!context.explicit && !begun[1])) return null;
    const detail = (each) => (each.description ? each.description.slice(0, 60) : "");
    return offers(Object.entries(names).map(([name, each]) => [name, detail(each)]), context.pos - begun[1].length, ": ");
  }

  async function checking(view) {
    const asked = new URLSearchParams({ token: form.elements.token.value, file: field.dataset.file, text: view.state.doc.toString() });
    const answer = await fetch("/rules/check", { method: "POST", body: asked });
    if (!answer.ok) return [];
    const { mistakes, warnings } = await answer.json();
    const said = document.getElementById("checked");
    said.textContent = mistakes.length ? field.dataset.wrong.replace("{count}", mistakes.length) : field.dataset.clear;
    const placed = (severity) => ({ line, what }) => {
      const { from, to } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      return { from, to, severity, message: what };
    };
    return [...mistakes.map(placed("error")), ...warnings.map(placed("warning"))];
  }

  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const view = new EditorView({
    state: EditorState.create({
      doc: field.value,
      extensions: [
        basicSetup,
        yaml(),
        keymap.of([indentWithTab]),
        EditorView.lineWrapping,
        EditorView.cspNonce.of(field.dataset.nonce),
        EditorView.contentAttributes.of({ "aria-labelledby": "text-label", spellcheck: "false" }),
        EditorView.theme({ "&.cm-focused": { outline: "3px solid var(--house)" }, ".cm-gutters": { background: "var(--paper)", color: "var(--soft)", border: "none" }, ".cm-activeLine, .cm-activeLineGutter": { background: "color-mix(in srgb, var(--house) 8%, transparent)" }, ".cm-tooltip": { background: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--line)" }, ".cm-cursor": { borderLeftColor: "var(--ink)" } }, { dark }),
        autocompletion({ override: [completing] }),
        linter(checking, { delay: WAIT_MS }),
        lintGutter(),
      ],
    }),
  });
  field.hidden = true;
  field.before(view.dom);
  form.addEventListener("submit", () => (field.value = view.state.doc.toString()));
})();

// The rule page's editor: makes the text field one that knows YAML, completes what is known, and shows mistakes as one types.
(() => {
  "use strict";

  const WAIT_MS = 500;
  const form = document.getElementById("editor");
  const field = document.getElementById("text");
  if (!form || !field || !window.CodeMirror) return;
  const { EditorView, EditorState, basicSetup, keymap, indentWithTab, autocompletion, linter, lintGutter, yaml, HighlightStyle, syntaxHighlighting, tags } = CodeMirror;
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

  // What is known of a place: what stands there itself, and each of what it may be.
  function ways(at) {
    const found = at?.$ref ? known.$defs[at.$ref.replace("#/$defs/", "")] : at;
    return found ? [found, ...(found.anyOf ?? [])] : [];
  }

  function below(at, name) {
    return ways(at).map((each) => each.properties?.[name]).find(Boolean);
  }

  function schemaAt(way) {
    return way.reduce(below, known);
  }

  function values(at) {
    return ways(at).flatMap((each) => (each.type === "boolean" ? ["true", "false"] : (each.enum ?? [])));
  }

  function offers(known, from, after = "") {
    if (!known.length) return null;
    return {
      from,
      options: known.map(([label, detail]) => ({ label, detail, apply: label + after })),
      validFor: /^[\w.-]*$/,
    };
  }

  function completing(context) {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const way = wayTo(context.state.doc, line.number);
    const valued = before.match(/^\s*"?([\w.-]+)"?:\s+([\w.-]*)$/);
    if (valued) {
      return offers(values(schemaAt([...way, valued[1]])).map((each) => [each]), context.pos - valued[2].length);
    }
    const listed = before.match(/^\s*"?([\w.-]+)"?:.*\b(any|all|none):\s*\[[^\]]*?([\w.-]*)$/);
    if (listed) {
      const among = ways(schemaAt([...way, listed[1], listed[2]])).flatMap((each) => values(each.items));
      return offers(among.map((each) => [each]), context.pos - listed[3].length);
    }
    const begun = before.match(/^\s*([\w.-]*)$/);
    if (!begun || (!context.explicit && !begun[1])) return null;
    const names = Object.assign({}, ...ways(schemaAt(way)).map((each) => each.properties));
    const detail = (each) => (each.description ? each.description.slice(0, 60) : "");
    return offers(Object.entries(names).map(([name, each]) => [name, detail(each)]), context.pos - begun[1].length, ": ");
  }

  // A line that ends with a colon begins something below it: the next one is moved in.
  function beginBelow(view) {
    const { state } = view;
    const { from, empty } = state.selection.main;
    const line = state.doc.lineAt(from);
    const begun = line.text.match(/^( *)((?:- +)*)[^\s#-].*:(?: [|>][+-]?)?$/);
    if (!empty || state.selection.ranges.length > 1 || from !== line.to || !begun) return false;
    const indent = " ".repeat(begun[1].length + begun[2].length + 2);
    view.dispatch(state.update(state.replaceSelection(`\n${indent}`), { scrollIntoView: true, userEvent: "input" }));
    return true;
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
  // The page's own colours, by day and by night.
  const colours = HighlightStyle.define([
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--house)" },
    { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
    { tag: [tags.string, tags.special(tags.string)], color: "var(--talk)" },
    { tag: [tags.keyword, tags.bool, tags.number], color: "var(--look)" },
  ]);
  const view = new EditorView({
    state: EditorState.create({
      doc: field.value,
      extensions: [
        // Before the usual keys, and behind those of what is offered.
        keymap.of([{ key: "Enter", run: beginBelow }]),
        basicSetup,
        yaml(),
        syntaxHighlighting(colours),
        keymap.of([indentWithTab]),
        EditorView.lineWrapping,
        EditorView.cspNonce.of(field.dataset.nonce),
        EditorView.contentAttributes.of({ "aria-labelledby": "text-label", spellcheck: "false" }),
        // The marks that CodeMirror draws itself are pictures from addresses, which our policy forbids.
        EditorView.theme({ "&.cm-focused": { outline: "3px solid var(--house)" }, ".cm-gutters": { background: "var(--paper)", color: "var(--soft)", border: "none" }, ".cm-activeLine, .cm-activeLineGutter": { background: "color-mix(in srgb, var(--house) 8%, transparent)" }, ".cm-tooltip": { background: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--line)" }, ".cm-lint-marker-error, .cm-lint-marker-warning": { content: '""', height: "0.8em", borderRadius: "50%", background: "var(--act)" }, ".cm-lint-marker-warning": { background: "var(--talk)" }, ".cm-lintRange-error, .cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--act)" }, ".cm-cursor": { borderLeftColor: "var(--ink)" } }, { dark }),
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

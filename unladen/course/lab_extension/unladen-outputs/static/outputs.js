// An extension of JupyterLab, written as it is loaded: nothing builds it. JupyterLab 4.6 shows the picture of an output
// without its alternative text, which stands in the output's metadata, as nbconvert reads it: a screen reader would read
// out nothing, or all the letters of the picture's address. Nor do its arrow keys reach a listing that scrolls.

const NAME = "unladen-outputs";

// What a picture is to be called: its alternative text; else what the output says where there are no pictures.
function words(model, type) {
  return model.metadata[type]?.alt || String(model.data["text/plain"] ?? "");
}

function improve(node, model, type) {
  for (const picture of type.startsWith("image/") ? node.querySelectorAll("img") : []) {
    picture.alt = words(model, type);
    picture.style.maxWidth = "100%";
    picture.style.height = picture.hasAttribute("height") ? "" : "auto";
  }
  for (const listing of node.querySelectorAll("pre")) {
    listing.tabIndex = 0;
  }
}

// The renderer's factory, whose renderers do as before, and then improve what they have drawn.
function improved(factory) {
  const createRenderer = (options) => {
    const renderer = factory.createRenderer(options);
    const renderModel = renderer.renderModel.bind(renderer);
    renderer.renderModel = async (model) => {
      await renderModel(model);
      improve(renderer.node, model, options.mimeType);
    };
    return renderer;
  };
  return { ...factory, createRenderer };
}

function activate(app, rendermime) {
  for (const type of ["image/png", "image/svg+xml", "text/html"]) {
    rendermime.addFactory(improved(rendermime.getFactory(type)));
  }
}

// How JupyterLab asks for an extension: `init` brings its own modules by name and version, `get` is asked for ours.
let modules;

async function registry() {
  const [newest] = Object.values(modules["@jupyterlab/rendermime"]);
  return (await newest.get())().IRenderMimeRegistry;
}

window._JUPYTERLAB = window._JUPYTERLAB ?? {};
window._JUPYTERLAB[NAME] = {
  init: (shared) => { modules = shared; },
  get: async () => {
    const plugin = { id: `${NAME}:plugin`, autoStart: true, requires: [await registry()], activate };
    return () => ({ __esModule: true, default: plugin });
  },
};

# What a student works in: the course, JupyterLab and nbgrader with the versions of requirements.lock. In the checkout:
#   make wheels
#   docker build -f docker/student.Dockerfile -t student .
#   docker run --rm -p 127.0.0.1:8888:8888 student
# For JupyterHub's DockerSpawner give its version, `--build-arg JUPYTERHUB=5.4.0`. The user is called jovyan, for whom nbgrader
# takes the name that JupyterHub knows.
FROM python:3.12-slim-bookworm
ARG JUPYTERHUB
COPY requirements.lock dist/deep_learning_for_finance-[0-9]*.whl /tmp/
RUN awk '/^uv==/ {take = 1; print; next} /^[^ ]/ {take = 0} take' /tmp/requirements.lock > /tmp/uv.lock \
    && pip install --no-cache-dir --require-hashes -r /tmp/uv.lock \
    && uv pip install --system --no-cache --constraint /tmp/requirements.lock \
        "$(ls /tmp/deep_learning_for_finance-[0-9]*.whl)[lab,training]" nbgrader ${JUPYTERHUB:+jupyterhub==$JUPYTERHUB} \
    && rm /tmp/*.lock /tmp/*.whl
RUN useradd --create-home --uid 1000 jovyan
USER jovyan
WORKDIR /home/jovyan
RUN course start --no-open
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser"]

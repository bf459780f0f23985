"""The problems: gradients against the complex step, curvatures against differences, known numbers, shipped data."""

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import scipy.stats

import course
from course.workshop.data import make_garch_returns, make_yield_curve
from course.workshop.problems import (
    Problem,
    beale,
    daily_returns,
    garch,
    garch_coefficients,
    himmelblau,
    mean_variance,
    noisy_quadratic,
    observed_yields,
    quadratic,
    ravine,
    rosenbrock,
    svensson_curve,
    yield_curve,
)
from course.workshop.problems.volatility import likelihood

PACKAGE = Path(course.__file__).parent
DATA = PACKAGE / "workshop" / "data"


def rotated() -> Problem:
    q, _ = np.linalg.qr(np.random.default_rng(5).standard_normal((4, 4)))
    return quadratic([1.0, 3.0, 10.0, 200.0], rotation=q, minimiser=[1.0, -2.0, 0.5, 4.0])


MAKERS = [rotated, ravine, rosenbrock, beale, himmelblau, mean_variance, yield_curve, garch]


@pytest.fixture(params=MAKERS, ids=lambda maker: maker.__name__)
def problem(request: pytest.FixtureRequest) -> Problem:
    return request.param()


def points(problem: Problem) -> list[np.ndarray]:
    """The start, the minimiser and a few points around both."""
    rng = np.random.default_rng(1)
    centres = [problem.start, problem.minimiser]
    return centres + [c + 0.3 * rng.standard_normal(c.size) for c in centres for _ in range(3)]


def test_gradient_is_the_complex_step_derivative_of_the_value(problem: Problem) -> None:
    for theta in points(problem):
        derivative = [problem.value(theta + 1e-30j * e).imag / 1e-30 for e in np.eye(theta.size)]
        # The value sums up to a thousand terms; what they cancel is lost in both, hence the absolute part.
        np.testing.assert_allclose(problem.gradient(theta), derivative, rtol=1e-10, atol=1e-13)


def test_hessian_is_the_difference_quotient_of_the_gradient_at_the_minimiser(problem: Problem) -> None:
    h = 1e-5
    columns = [
        (problem.gradient(problem.minimiser + h * e) - problem.gradient(problem.minimiser - h * e)) / (2 * h)
        for e in np.eye(problem.minimiser.size)
    ]
    # Central differences: an error of order h^2 = 1e-10 of third derivatives, and rounding of 1e-16 / h = 1e-11.
    scale = problem.eigenvalues[-1]
    np.testing.assert_allclose(problem.hessian, np.stack(columns, axis=1), rtol=1e-6, atol=1e-8 * scale)


def test_the_minimiser_is_one(problem: Problem) -> None:
    assert np.max(np.abs(problem.gradient(problem.minimiser))) < 1e-13
    assert problem.eigenvalues[0] > 0
    rng = np.random.default_rng(2)
    for _ in range(20):
        # A step of 1e-2 along flat directions changes the loss by 1e-4 of a curvature: far above rounding.
        assert problem.value(problem.minimiser + 1e-2 * rng.standard_normal(problem.minimiser.size)) > problem.minimum
    assert problem.value(problem.start) > problem.minimum


def test_arrays_cannot_be_altered_and_results_are_the_callers(problem: Problem) -> None:
    for array in (problem.minimiser, problem.hessian, problem.start):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7.0
    first = problem.gradient(problem.start)
    expected = first.copy()
    first[:] = np.nan
    np.testing.assert_array_equal(problem.gradient(problem.start), expected)
    assert isinstance(problem.value(problem.start), float)


def test_a_window_holds_the_start_and_the_minimiser(problem: Problem) -> None:
    if problem.window is None:
        assert problem.minimiser.size != 2
        return
    x0, x1, y0, y1 = problem.window
    for x, y in (problem.start, problem.minimiser):
        assert x0 < x < x1
        assert y0 < y < y1


def test_shapes_that_do_not_fit_are_refused() -> None:
    p = ravine()
    with pytest.raises(ValueError, match="must have the shapes"):
        Problem("bad", p.value, p.gradient, p.minimiser, np.eye(3), p.start, "")


@pytest.mark.parametrize(
    ("problem", "minimiser", "eigenvalues", "kappa"),
    [
        (rosenbrock(), (1, 1), (0.39936, 1001.60), 2508.01),
        (beale(), (3, 0.5), (0.301464, 48.9798), 162.473),
        (himmelblau(), (3, 2), None, None),
    ],
    ids=lambda value: value.name if isinstance(value, Problem) else "",
)
def test_known_numbers_of_the_surfaces(problem: Problem, minimiser, eigenvalues, kappa) -> None:
    np.testing.assert_array_equal(problem.minimiser, minimiser)
    assert problem.minimum == 0
    if eigenvalues:
        # The known numbers have six digits.
        np.testing.assert_allclose(problem.eigenvalues, eigenvalues, rtol=1e-5)
        assert problem.condition_number == pytest.approx(kappa, rel=3e-6)


def test_rosenbrock_starts_where_rosenbrock_did() -> None:
    assert rosenbrock().value(np.array([-1.2, 1.0])) == pytest.approx(24.2, rel=1e-15)
    np.testing.assert_array_equal(rosenbrock().start, [-1.2, 1.0])


def test_scipy_has_the_same_rosenbrock() -> None:
    theta = np.array([0.3, -1.7])
    assert rosenbrock().value(theta) == pytest.approx(scipy.optimize.rosen(theta))
    np.testing.assert_allclose(rosenbrock().gradient(theta), scipy.optimize.rosen_der(theta))
    np.testing.assert_allclose(rosenbrock().hessian, scipy.optimize.rosen_hess(np.ones(2)))


def test_himmelblau_has_four_minima_of_depth_zero() -> None:
    p = himmelblau()
    ends = {
        tuple(scipy.optimize.minimize(p.value, s, jac=p.gradient, tol=1e-10).x.round(4))
        for s in ([3, 2], [3, -2], [-3, 3], [-3, -3])
    }
    assert len(ends) == 4
    assert all(p.value(np.array(end)) < 1e-6 for end in ends)


def test_quadratic_has_the_curvatures_it_is_given() -> None:
    p = rotated()
    np.testing.assert_allclose(p.eigenvalues, [1, 3, 10, 200], rtol=1e-13)
    assert p.condition_number == pytest.approx(200)
    q, _ = np.linalg.qr(np.random.default_rng(5).standard_normal((4, 4)))
    for curvature, direction in zip([1, 3, 10, 200], q.T, strict=True):
        assert p.value(p.minimiser + 3 * direction) == pytest.approx(4.5 * curvature)
    # Without a start of its own it begins one unit out along each eigen-direction.
    assert p.value(p.start) == pytest.approx((1 + 3 + 10 + 200) / 2)


def test_angle_turns_the_first_eigen_direction() -> None:
    p = quadratic([1.0, 9.0], np.pi / 6)
    u = np.array([np.cos(np.pi / 6), np.sin(np.pi / 6)])
    np.testing.assert_allclose(p.hessian @ u, u, rtol=1e-14)


def test_ravine_has_the_kappa_it_is_given() -> None:
    np.testing.assert_allclose(ravine(400).eigenvalues, [1, 400])
    assert ravine(400).condition_number == pytest.approx(400)
    assert ravine().condition_number == pytest.approx(25)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: quadratic([1.0, 0.0]), "positive"),
        (lambda: quadratic([1.0, np.inf]), "positive"),
        (lambda: quadratic([]), "positive"),
        (lambda: quadratic([1.0, 2.0, 3.0], 0.1), "angle turns a plane"),
        (lambda: quadratic([1.0, 2.0], rotation=np.ones((2, 2))), "orthogonal"),
        (lambda: quadratic([1.0, 2.0], 0.1, rotation=np.eye(2)), "not both"),
        (lambda: quadratic([1.0, 2.0], minimiser=[0.0]), "shapes"),
        (lambda: quadratic([1.0, 2.0], start=[0.0]), "shapes"),
        (lambda: ravine(0.5), "kappa"),
        (lambda: ravine(float("nan")), "kappa"),
        (lambda: noisy_quadratic(np.random.default_rng(0), [1.0], -1.0), "standard deviation"),
        (lambda: mean_variance(1), "2 assets"),
        (lambda: mean_variance(5, 1.0), "correlated"),
        (lambda: mean_variance(5, -0.25), "correlated"),
    ],
)
def test_impossible_problems_are_refused_in_one_line(call, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_noisy_gradients_have_the_right_mean_and_spread_and_an_exact_value() -> None:
    p = noisy_quadratic(np.random.default_rng(0), [1.0, 10.0], noise=0.5)
    theta = np.array([2.0, -1.0])
    draws = np.array([p.gradient(theta) for _ in range(4000)])
    # Standard errors: .5/sqrt(4000) = .008 of the mean, .5/sqrt(8000) = .006 of the spread; five of each.
    np.testing.assert_allclose(draws.mean(axis=0), [2.0, -10.0], atol=0.04)
    np.testing.assert_allclose(draws.std(axis=0), 0.5, atol=0.03)
    assert abs(np.corrcoef(draws.T)[0, 1]) < 5 / np.sqrt(4000)
    assert p.value(theta) == pytest.approx(0.5 * (4 + 10))
    same = [noisy_quadratic(np.random.default_rng(3), [1.0, 10.0], 0.5).gradient(theta) for _ in range(2)]
    np.testing.assert_array_equal(*same)


@pytest.mark.parametrize("n", [2, 10, 50])
@pytest.mark.parametrize("rho", [0.0, 0.3, 0.5, 0.9])
def test_kappa_of_equally_correlated_assets(n: int, rho: float) -> None:
    p = mean_variance(n, rho)
    assert p.condition_number == pytest.approx((1 + (n - 1) * rho) / (1 - rho))


def test_the_market_is_the_stiff_direction_and_ten_assets_at_a_half_have_kappa_eleven() -> None:
    p = mean_variance(10, 0.5)
    assert p.condition_number == pytest.approx(11)
    _, directions = np.linalg.eigh(p.hessian)
    np.testing.assert_allclose(np.abs(directions[:, -1]), np.ones(10) / np.sqrt(10))


def test_mean_variance_weights_are_the_closed_form_of_one_common_correlation() -> None:
    n, rho, a, sigma = 6, 0.4, 5.0, 0.2
    p = mean_variance(n, rho)
    mu = np.linspace(0.04, 0.08, n)
    common = n * rho / (1 + (n - 1) * rho)  # the share of the average that hedging the market takes away
    np.testing.assert_allclose(p.minimiser, (mu - common * mu.mean()) / (a * sigma**2 * (1 - rho)), atol=1e-14)
    # The best certainty equivalent is the squared Sharpe ratio over twice the risk aversion.
    covariance = p.hessian / a
    assert -p.minimum == pytest.approx(mu @ np.linalg.solve(covariance, mu) / (2 * a))
    assert p.value(p.start) == 0


def test_svensson_curve_starts_at_level_plus_slope_and_ends_at_the_level() -> None:
    theta = np.array([3.0, -2.0, 1.5, -4.0, np.log(1.3), np.log(7.0)])
    np.testing.assert_allclose(svensson_curve(theta, np.array([1e-6, 1e9])), [1.0, 3.0], atol=1e-5)


def test_svensson_curve_is_the_average_of_its_forward_rates() -> None:
    b0, b1, b2, b3, d1, d2 = 3.0, -2.0, 1.5, -4.0, 1.3, 7.0

    def forward(u: float) -> float:
        return b0 + (b1 + b2 * u / d1) * np.exp(-u / d1) + b3 * u / d2 * np.exp(-u / d2)

    theta = np.array([b0, b1, b2, b3, np.log(d1), np.log(d2)])
    for tau in (0.25, 2.0, 30.0):
        average = scipy.integrate.quad(forward, 0, tau, epsabs=1e-12)[0] / tau
        assert svensson_curve(theta, np.array([tau]))[0] == pytest.approx(average, rel=1e-10)


def test_scipy_fits_the_same_yield_curve() -> None:
    p = yield_curve()
    maturities, yields = observed_yields()
    fit = scipy.optimize.least_squares(
        lambda theta: svensson_curve(theta, maturities) - yields, p.start, method="lm", xtol=1e-15, ftol=1e-15
    )
    np.testing.assert_allclose(fit.x, p.minimiser, rtol=1e-5)
    assert fit.cost / len(yields) == pytest.approx(p.minimum, rel=1e-10)


def test_the_yield_curve_is_ill_conditioned_and_fits_within_a_few_basis_points() -> None:
    p = yield_curve()
    assert 1e3 < p.condition_number < 1e5
    assert np.sqrt(2 * p.minimum) < 0.04


def test_garch_is_the_gaussian_likelihood_day_by_day() -> None:
    y = daily_returns()
    for theta in points(garch()):
        omega, alpha, beta = garch_coefficients(theta)
        h, total = np.mean(y**2), 0.0
        for day, today in enumerate(y):
            if day:
                h = omega + alpha * y[day - 1] ** 2 + beta * h
            total += scipy.stats.norm.logpdf(today, scale=np.sqrt(h))
        assert garch().value(theta) == pytest.approx(-total / len(y), rel=1e-12)


def test_every_theta_is_a_stationary_garch_with_the_long_run_variance_it_names() -> None:
    rng = np.random.default_rng(4)
    for theta in 3 * rng.standard_normal((50, 3)):
        omega, alpha, beta = garch_coefficients(theta)
        assert min(omega, alpha, beta) > 0
        assert alpha + beta < 1
        assert omega / (1 - alpha - beta) == pytest.approx(np.exp(theta[0]), rel=1e-9)
    assert garch_coefficients(np.array([0.0, 800.0, -800.0])) == pytest.approx((0, 1, 0))


def test_scipy_finds_the_same_garch() -> None:
    p = garch()
    fit = scipy.optimize.minimize(p.value, p.start, method="BFGS", options={"gtol": 1e-7})
    assert fit.fun == pytest.approx(p.minimum, rel=1e-10)
    # Curvatures down to 2e-3 and a gradient of 1e-7 leave 5e-5 in theta.
    np.testing.assert_allclose(fit.x, p.minimiser, atol=1e-3)


def test_garch_estimates_lie_within_three_standard_errors_of_what_was_simulated() -> None:
    p = garch()
    truth = np.log([1.0, 0.10 / 0.02, 0.88 / 0.02])
    covariance = np.linalg.inv(p.hessian) / len(daily_returns())
    distance = (p.minimiser - truth) @ np.linalg.solve(covariance, p.minimiser - truth)
    assert distance < scipy.stats.chi2(3).ppf(0.997)


def test_likelihood_takes_other_returns() -> None:
    value, gradient = likelihood(np.array([1.0, -1.0, 1.0]))
    # Constant variance 1 and squared returns 1: the entropy-like constant (log 2 pi + 1)/2.
    theta = np.array([0.0, -40.0, -40.0])
    assert value(theta) == pytest.approx((np.log(2 * np.pi) + 1) / 2)
    np.testing.assert_allclose(gradient(theta), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("script", "name", "digit"),
    [(make_yield_curve, "yield_curve.csv", 1e-3), (make_garch_returns, "garch_returns.csv", 1e-4)],
)
def test_the_scripts_make_the_shipped_data(script, name: str, digit: float) -> None:
    made, shipped = script.simulate().splitlines(), (DATA / name).read_text(encoding="utf-8").splitlines()
    assert made[0] == shipped[0]
    # To the last digit that is printed; which way a number on its edge is rounded depends on the machine.
    one, other = (np.loadtxt(lines[1:], delimiter=",") for lines in (made, shipped))
    np.testing.assert_allclose(one, other, rtol=0, atol=1.001 * digit)
    assert "simulated" in script.__doc__


def test_the_scripts_make_the_shipped_minimisers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for script, maker in ((make_yield_curve, yield_curve), (make_garch_returns, garch)):
        found: dict[str, np.ndarray] = {}
        monkeypatch.setattr(script, "write", lambda *args, found=found: found.update(minimiser=args[3]))
        script.main()
        # The last digits depend on the machine's linear algebra; kappa = 10^4 of them may move.
        np.testing.assert_allclose(found["minimiser"], maker().minimiser, rtol=1e-9)


def test_shipped_data_is_small() -> None:
    assert all(file.stat().st_size < 60_000 for file in DATA.iterdir() if file.is_file())


def run_python(code: str) -> str:
    command = [sys.executable, "-I", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def test_data_is_found_when_the_course_is_no_folder(tmp_path: Path) -> None:
    archive = tmp_path / "course.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in PACKAGE.rglob("*"):
            if file.suffix in (".py", ".csv", ".json") and "lectures" not in file.parts:
                packed.write(file, Path("course") / file.relative_to(PACKAGE))
    code = (
        f"import sys; sys.path.insert(0, {str(archive)!r})\n"
        "import course.workshop.problems as p; assert '.zip' in p.__file__\n"
        "print(p.yield_curve().minimiser.size, p.garch().minimiser.size)"
    )
    assert run_python(code) == "6 3"


@pytest.mark.parametrize(
    "modules",
    ["course", "course.judging", "course.workshop.problems, course.workshop.trajectories, course.workshop.unrolled"],
)
def test_importing_the_course_loads_numpy_and_nothing_heavy(modules: str) -> None:
    root = str(PACKAGE.parent)
    heavy = "{'matplotlib', 'IPython', 'pandas', 'scipy', 'keras', 'tensorflow', 'jax', 'autograder'}"
    code = f"import sys; sys.path.insert(0, {root!r})\nimport {modules}\nprint(sorted({heavy} & set(sys.modules)))"
    assert run_python(code) == "[]"
